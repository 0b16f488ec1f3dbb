// Losses of routes: how long it took until nothing changed any more, and a line of who told of it when.
import type { Episode, EpisodeSide } from './api'
import { useData } from './data'
import { place } from './parts'
import { clock, count, counted, moment, span, stamp, type Moment } from './words'
import './convergence.css'

const SIDES_MOST = 12

function ends(e: Episode): string {
  const after = `${e.followed < 1 ? 'at least ' : ''}${span(e.took_s)}` // of a part: the others may have changed later
  if (e.end === 'settled') return e.took_s ? `settled after ${after}` : 'settled at once'
  const last = e.took_s ? `last change after ${after}` : 'no change since'
  return e.end === 'restless' ? `${last}; it was given up, for changes went on and on` : `${last}; not known to have settled yet`
}

function began(e: Episode): string {
  if (e.trigger === 'withdrawal') return `${e.at} withdrew routes on ${e.peering}`
  return `Session ${e.peering} lost${e.at ? ` at ${e.at}` : ''}`
}

function changesOf(s: EpisodeSide | Episode): string {
  return [
    s.withdrawals && counted(s.withdrawals, 'withdrawal'),
    s.replacements && counted(s.replacements, 'replacement'),
    s.announcements && counted(s.announcements, 'announcement'),
  ]
    .filter(Boolean)
    .join(', ')
}

// From its first change to its last, on the way from the episode's beginning to its end.
function Bar({ s, first, took }: { s: EpisodeSide; first: number; took: number }) {
  const [from, to] = [moment(s.first?.time ?? null), moment(s.last?.time ?? null)]
  const told = `${s.session_lost ? `session lost with ${counted(s.lost_routes, 'route')}` : s.lost_routes ? `${counted(s.lost_routes, 'route')} lost` : ''}`
  const words = [told, changesOf(s)].filter(Boolean).join(', ')
  if (from === null || to === null) return null
  const part = (at: number) => (took ? Math.min(1, Math.max(0, (at - first) / took)) * 100 : 0)
  const when = `${clock(from)} – ${clock(to)}`
  return (
    <li>
      <span class="who">
        <span class="address">{s.from}</span> on {s.peering}
      </span>
      <span class="track" role="img" aria-label={`${s.from}: ${words}; ${when}`} title={`${when}: ${words}`}>
        <i class={s.session_lost ? 'lost' : ''} style={{ left: `${part(from)}%`, width: `${part(to) - part(from)}%` }} />
      </span>
      <span class="faint num">{words}</span>
    </li>
  )
}

function doubts(e: Episode): string {
  return [
    e.lower_bound && 'the capture lacks part of it: these are lower bounds',
    e.followed < 1 && `one prefix in ${count(Math.round(1 / e.followed))} was followed, chosen by chance`,
    e.others_kept && 'graceful restart: other routes of the session were kept',
  ]
    .filter(Boolean)
    .join('; ')
}

function One({ e, now }: { e: Episode; now: Moment }) {
  const first = moment(e.first.time)
  if (first === null) return null
  const fates = [e.another_path && `${count(e.another_path)} with another path`, e.as_before && `${count(e.as_before)} as before`, e.gone && `${count(e.gone)} gone`]
  const told = e.sides.filter((s) => s.first)
  return (
    <li class="panel episode">
      <h3>
        {began(e)}: {counted(e.lost_routes, 'route')}, {ends(e)}
      </h3>
      <p class="faint">
        {now !== null && stamp(first, now)} – {clock(first + e.took_s)} UTC · {e.first.frame ? `${place(e.first.frame, e.first.file)} to ` : 'a timer to '}
        {e.last.frame ? place(e.last.frame) : 'the same'}
        {e.code && ` · ${e.code}`}
      </p>
      <p>
        {counted(e.prefixes, 'prefix', 'prefixes')}: {fates.filter(Boolean).join(', ')}. Half of them changed last within {span(e.half_s)}, 95 in 100 within {span(e.most_s)}.{' '}
        {changesOf(e)}
        {e.paths_explored_most > 0 && `; up to ${counted(e.paths_explored_most, 'path')} of a prefix tried and given up (median ${e.paths_explored_median})`}
      </p>
      <ul class="told">
        {told.slice(0, SIDES_MOST).map((s) => (
          <Bar key={`${s.peering} ${s.from}`} s={s} first={first} took={e.took_s} />
        ))}
      </ul>
      {told.length > SIDES_MOST && <p class="faint">… and {count(told.length - SIDES_MOST)} more that told of it</p>}
      {doubts(e) && <p class="notice">{doubts(e)}</p>}
    </li>
  )
}

export function Convergence({ peering, now }: { peering: string; now: Moment }) {
  const { data } = useData<{ convergence: Episode[] }>('convergence', { peering })
  if (!data?.convergence.length) return null
  return (
    <section aria-label="Convergence after a loss">
      <h2>Convergence after a loss</h2>
      <p class="faint">Settled when nothing changed for {span(data.convergence[0]!.quiet_s)}; the largest losses, in the order of time.</p>
      <ul class="episodes">
        {data.convergence.map((e) => (
          <One key={e.id} e={e} now={now} />
        ))}
      </ul>
    </section>
  )
}
