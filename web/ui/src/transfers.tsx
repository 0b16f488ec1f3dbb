// Tables on their way: how long each took, and a line of what held it up when.
import type { Transfer } from './api'
import { useData } from './data'
import { place } from './parts'
import { clock, count, counted, moment, percent, span, stamp, type Moment } from './words'
import './transfers.css'

type Cause = '-' | 's' | 'w' | 'l'
const WORDS: Record<Cause, { name: string; short: string; key: string }> = {
  '-': { name: 'it went on', short: 'went on', key: 'on' },
  s: { name: 'the sender paused', short: 'sender', key: 'sender' },
  w: { name: 'the receiver’s window was shut', short: 'window', key: 'window' },
  l: { name: 'packets were lost', short: 'loss', key: 'loss' },
}
const CAUSES = Object.keys(WORDS) as Cause[]

interface Stretch {
  cause: Cause
  from: number
  to: number
}

// Parts that follow each other and have one cause are one stretch; the last part ends where the transfer does.
function stretchesOf(t: Transfer): Stretch[] {
  const out: Stretch[] = []
  const part = t.part_s ?? 0
  ;[...(t.line ?? '')].forEach((letter, i) => {
    const cause = letter as Cause
    const last = out[out.length - 1]
    const to = Math.min((i + 1) * part, t.took_s)
    if (last?.cause === cause) last.to = to
    else out.push({ cause, from: i * part, to })
  })
  return out.filter((s) => s.to > s.from)
}

function Line({ t, first }: { t: Transfer; first: number }) {
  const stretches = stretchesOf(t)
  const seen = CAUSES.filter((c) => stretches.some((s) => s.cause === c))
  const told = stretches.map((s) => `${WORDS[s.cause].name} for ${span(s.to - s.from)}`).join(', then ')
  return (
    <>
      <div class="stretches" role="img" aria-label={told}>
        {stretches.map((s) => (
          <span
            key={s.from}
            class={`stretch by-${WORDS[s.cause].key}`}
            style={{ flexGrow: (s.to - s.from) / t.took_s }}
            title={`${WORDS[s.cause].name}: ${clock(first + s.from)} – ${clock(first + s.to)}, ${span(s.to - s.from)}`}
          >
            {(s.to - s.from) / t.took_s > 0.16 && <span class="in">{WORDS[s.cause].short} {span(s.to - s.from)}</span>}
          </span>
        ))}
      </div>
      <p class="ends-at faint num" aria-hidden="true">
        <span>{clock(first)}</span>
        <span>{clock(first + t.took_s)} UTC</span>
      </p>
      <p class="legend faint">
        {seen.map((c) => (
          <span key={c}>
            <i class={`by-${WORDS[c].key}`} /> {WORDS[c].name}
          </span>
        ))}
        <span>in parts of {span(t.part_s!)}</span>
      </p>
    </>
  )
}

function One({ t, to, now }: { t: Transfer; to: string; now: Moment }) {
  const [first, last] = [moment(t.first.time), moment(t.last.time)]
  const shares = (
    [
      [t.sender_s, 'pauses of the sender'],
      [t.window_s, 'the receiver’s window'],
      [t.loss_s, 'loss'],
      [t.path_s, 'the path: its round trips and its width'],
    ] as const
  ).filter(([s]) => s * 100 >= t.took_s && s > 0)
  return (
    <li class="panel transfer">
      <h3>
        <span class="address">{t.from}</span> sent <span class="address">{to}</span> {counted(t.routes, 'route')} {t.took_s ? `in ${span(t.took_s)}` : 'at once'}
      </h3>
      <p class="faint">
        {first !== null && now !== null && stamp(first, now)} – {last !== null && clock(last)} UTC · {place(t.first.frame, t.first.file)} to {place(t.last.frame)}
        {t.took_s > 0 && ` · ${count(Math.round(t.routes / t.took_s))} routes a second`} · {t.end_of_rib ? 'End-of-RIB closed it' : 'without an End-of-RIB'}
      </p>
      {t.line && first !== null ? <Line t={t} first={first} /> : <p class="faint">It was over too soon to be drawn.</p>}
      {shares.length > 0 && t.took_s > 0 && (
        <p class="shares">
          {shares.map(([s, to]) => (
            <span key={to}>
              <b>{span(s)}</b> ({percent(s, t.took_s)}) went to {to}
            </span>
          ))}
        </p>
      )}
      {t.timer_pauses !== undefined && (
        <p>
          {count(t.timer_pauses)} of the sender’s pauses are of about {span(t.timer_s!)} each: a timer of its own.
        </p>
      )}
    </li>
  )
}

export function Transfers({ path, addresses, now }: { path: string; addresses: [string, string]; now: Moment }) {
  const { data } = useData<{ transfers: Transfer[] }>(`${path}/transfers`)
  if (!data) return null
  if (!data.transfers.length)
    return <p class="notice">None was seen: small tables, of fewer than 500 routes, are not drawn, nor those that came before the capture began.</p>
  return (
    <ul class="transfers">
      {data.transfers.map((t) => (
        <One key={`${t.connection} ${t.from}`} t={t} to={addresses[t.from === addresses[0] ? 1 : 0]} now={now} />
      ))}
    </ul>
  )
}
