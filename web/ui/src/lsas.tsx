// What LSAs do over time, and the database at a moment.
import { useMemo, useState } from 'preact/hooks'
import type { Lsdb, OspfActivity } from './api'
import { useAsked } from './asked'
import { Chart } from './chart'
import { Trouble } from './parts'
import { Tree } from './tree'
import { count, counted, iso, moment, span, stamp } from './words'

const TYPES: Record<number, string> = { 1: 'router', 2: 'network', 3: 'summary', 4: 'ASBR summary', 5: 'external', 7: 'NSSA external', 8: 'link', 9: 'opaque link', 10: 'opaque area', 11: 'opaque AS', 0x2001: 'router', 0x2002: 'network', 0x2003: 'inter-area prefix', 0x2004: 'inter-area router', 0x4005: 'external', 0x2007: 'NSSA external', 0x2009: 'intra-area prefix' }
export const typeOf = (type: number) => TYPES[type] ?? `type 0x${type.toString(16)}`

export function Database({ at, still, text, onText }: { at: number | null; still: boolean; text: string; onText: (t: string) => void }) {
  const [limit, setLimit] = useState(100)
  const [open, setOpen] = useState<string | null>(null)
  const { data, error } = useAsked<Lsdb>('ospf/lsdb', { at: at === null ? undefined : iso(at), q: text, limit, whole: 1 }, still)
  return (
    <>
      <div class="filters" role="search">
        <input type="search" placeholder="router, 0.0.0.1, 10.0.0.0 …" aria-label="Find LSAs by type, area, ID or router" value={text} onInput={(e) => onText(e.currentTarget.value)} />
        <span class="faint" role="status">{data && (data.matched === data.all ? counted(data.all, 'LSA') : `${count(data.matched)} of ${counted(data.all, 'LSA')}`)}</span>
      </div>
      {error && <Trouble error={error} />}
      {data && data.lsas.length > 0 && (
        <div class="scroll">
          <table class="lsas">
            <thead>
              <tr>
                <th scope="col">Type</th>
                <th scope="col">Link-state ID</th>
                <th scope="col">Advertised by</th>
                <th scope="col">Area</th>
                <th scope="col">Sequence</th>
                <th scope="col">Age</th>
              </tr>
            </thead>
            {data.lsas.map((l) => {
              const { version, instance: _i, area, link: _l, type, name, link_state_id, advertising_router, sequence, age, length, checksum, last_seen, seen_whole, ...body } = l
              const key = [version, area, type, link_state_id, advertising_router].join(' ')
              return (
                <tbody key={key}>
                  <tr class={open === key ? 'open' : ''} onClick={() => setOpen(open === key ? null : key)}>
                    <td>
                      <button type="button" class="plainly" aria-expanded={open === key}>
                        {name ?? typeOf(type)}
                        {version === 3 && <span class="faint"> v3</span>}
                      </button>
                    </td>
                    <td class="address">{link_state_id}</td>
                    <td class="address">{advertising_router}</td>
                    <td class="address">{area ?? 'AS'}</td>
                    <td class="address">{sequence}</td>
                    <td class="num">{age} s</td>
                  </tr>
                  {open === key && (
                    <tr class="body">
                      <td colSpan={6}>
                        <Tree value={{ ...body, length, checksum, last_seen, seen_whole }} />
                      </td>
                    </tr>
                  )}
                </tbody>
              )
            })}
          </table>
        </div>
      )}
      {data && !data.lsas.length && <p class="notice">{data.all ? 'No LSA fits.' : 'At that moment no LSA was known.'}</p>}
      {data && data.matched > data.lsas.length && limit < 1000 && (
        <p class="more">
          <button type="button" onClick={() => setLimit(Math.min(1000, limit * 3))}>
            Show more
          </button>
        </p>
      )}
    </>
  )
}

const KINDS = [
  ['changed', '--error'],
  ['new', '--established'],
  ['flushed', '--active'],
  ['refreshed', '--idle'],
] as const

export function Activity({ activity, from, to, onMoment }: { activity: OspfActivity; from: number; to: number; onMoment: (t: number) => void }) {
  const now = moment(activity.now)
  const drawn = useMemo(() => {
    const step = activity.step
    const begin = Math.floor(from / step) * step
    const times: number[] = []
    for (let t = begin; t <= to; t += step) times.push(t)
    const at = new Map(activity.intervals.map((i) => [i.start, i]))
    return { times, lines: KINDS.map(([name, colour]) => ({ name, colour, shape: 'step' as const, values: times.map((t) => at.get(Math.floor(t / step) * step)?.[name] ?? 0) })) }
  }, [activity, from, to])
  if (!activity.busiest.length && !activity.latest.length) return <p class="notice">No LSA was seen: no database was sent while it was listened.</p>
  return (
    <>
      <div class="charts">
        <Chart name="LSAs" unit={`in ${span(activity.step)}`} times={drawn.times} step={activity.step} lines={drawn.lines} format={(v) => count(Math.round(v))} round="whole" from={from} to={to} />
        <div class="panel">
          <h3>Sent most often</h3>
          <ol class="busiest">
            {activity.busiest.slice(0, 6).map((l) => (
              <li key={[l.area, l.type, l.link_state_id, l.advertising_router].join()}>
                <b class="num">{count(l.changes)} ×</b> {typeOf(l.type)} <span class="address">{l.link_state_id}</span> <span class="faint">of {l.advertising_router}{l.changed > 0 && `, ${count(l.changed)} × with a change`}</span>
              </li>
            ))}
          </ol>
        </div>
      </div>
      <details class="latest">
        <summary>The latest {counted(activity.latest.length, 'change')}</summary>
        <ol>
          {activity.latest.slice(0, 200).map((l, i) => (
            <li key={i}>
              <button type="button" class="plainly num" onClick={() => l.time && onMoment(moment(l.time)!)} title="The map at that moment">
                {stamp(moment(l.time), now)}
              </button>{' '}
              <b>{l.change}</b> {typeOf(l.type)} <span class="address">{l.link_state_id}</span> <span class="faint">of {l.advertising_router}</span> {l.words}
            </li>
          ))}
        </ol>
      </details>
    </>
  )
}
