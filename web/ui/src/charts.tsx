// What changes over time in a peering: how near it came to its end, messages, routes, TCP. All of one span of time.
import { useMemo, useRef } from 'preact/hooks'
import type { Series, SeriesSide } from './api'
import { Chart, type Line } from './chart'
import { useData } from './data'
import { bytes, count, familyName, seconds, span } from './words'

export interface Span {
  from: number
  to: number
}

const SIDES = ['--link', '--active']
const FAMILIES = ['--link', '--active', '--established', '--opensent', '--connect', '--openconfirm', '--error', '--info']

export interface Grid {
  times: number[]
  at: Map<number, number>
}

// Every interval has a place, also one in which nothing happened and which therefore has no row.
export function gridOf(s: { since: number; until: number; step: number }): Grid {
  const first = Math.floor(s.since / s.step) * s.step
  const times: number[] = []
  for (let t = first; t < s.until; t += s.step) times.push(t)
  return { times, at: new Map(times.map((t, i) => [t, i])) }
}

export function spread<T>(grid: Grid, times: number[], values: T[], empty: T): T[] {
  const out = Array<T>(grid.times.length).fill(empty)
  times.forEach((t, i) => {
    const place = grid.at.get(t)
    if (place !== undefined) out[place] = values[i]!
  })
  return out
}

// Where nothing came for less than a hold time, what was last goes on.
function joined(values: (number | null)[], most: number): (number | null)[] {
  const out = [...values]
  let last = -1
  values.forEach((v, i) => {
    if (v === null) return
    if (last >= 0 && i - last > 1 && i - last <= most) for (let k = last + 1; k < i; k++) out[k] = values[last]!
    last = i
  })
  return out
}

// Intervals are as long as they were watched: the last one would else seem to fall silent. One that has hardly begun is told
// with the one before it.
export const perSecond = (values: number[], times: number[], step: number, whole: Span) => {
  const watched = times.map((t) => Math.max(0, Math.min(t + step, whole.to) - Math.max(t, whole.from)))
  return values.map((v, i) => {
    const short = watched[i]! < step / 8
    const before = short && i > 0 && times[i - 1] === times[i]! - step ? i - 1 : null
    if (before !== null) return (v + values[before]!) / (watched[i]! + watched[before]!)
    return v / (short ? step : watched[i]!)
  })
}

function heldOf(grid: Grid, held: [number, number][]): (number | null)[] {
  let next = 0
  let now: number | null = null
  return grid.times.map((t) => {
    while (next < held.length && held[next]![0] <= t) now = held[next++]![1]
    return now
  })
}

function routesOf(s: Series, grid: Grid): Line[] {
  const lines: Line[] = []
  s.sides.forEach((side, i) =>
    side.routes.forEach((r, k) =>
      lines.push({
        name: `${familyName(r.family)} from ${side.address}`,
        values: heldOf(grid, r.held),
        colour: FAMILIES[(k * 2 + i) % FAMILIES.length]!,
        shape: 'step',
      }),
    ),
  )
  return lines.slice(0, 8)
}

export const rate = (v: number) => (v < 100 ? String(Number(v.toPrecision(3))) : count(Math.round(v)))

function each(s: Series, grid: Grid, pick: (side: SeriesSide) => (number | null)[], shape: Line['shape'], empty: number | null, words = ''): Line[] {
  return s.sides.map((side, i) => ({
    name: words ? `${words} of ${side.address}` : side.address,
    values: spread(grid, side.time, pick(side), empty),
    colour: SIDES[i]!,
    ...(shape && { shape }),
  }))
}

export function Charts({ path, zoom, onZoom, whole }: { path: string; zoom: Span | null; onZoom: (z: Span | null) => void; whole: Span }) {
  const query = zoom ? { since: zoom.from.toFixed(3), until: zoom.to.toFixed(3) } : {}
  const asked = useData<Series>(`${path}/series`, query)
  const kept = useRef<Series | null>(null)
  if (asked.data) kept.current = asked.data
  const s = kept.current
  const grid = useMemo(() => (s ? gridOf(s) : null), [s])
  const lines = useMemo(() => {
    if (!s || !grid) return null
    const near = s.hold_time ? Math.ceil(s.hold_time / s.step) + 1 : 1
    return {
      margin: each(s, grid, (x) => x.margin_s, 'step', null).map((l) => ({ ...l, values: joined(l.values, near) })),
      updates: each(s, grid, (x) => perSecond(x.updates, x.time, s.step, whole), 'step', 0, 'UPDATEs'),
      others: each(s, grid, (x) => perSecond(x.keepalives.map((n, i) => n + x.opens[i]! + x.notifications[i]! + x.route_refreshes[i]!), x.time, s.step, whole), 'step', 0, 'other messages').map((l) => ({ ...l, dash: true })),
      routes: routesOf(s, grid),
      volume: each(s, grid, (x) => perSecond(x.segment_bytes, x.time, s.step, whole), 'step', 0),
      resent: each(s, grid, (x) => x.retransmissions, 'bar', 0),
      rtt: each(s, grid, (x) => x.rtt_s, 'step', null).map((l) => ({ ...l, values: joined(l.values, near) })),
      shut: each(s, grid, (x) => x.zero_window_s, 'bar', 0),
    }
  }, [s, grid, whole.from, whole.to])
  if (!s || !grid || !lines) return null
  if (!s.sides.some((side) => side.time.length))
    return <p class="notice">No series of counts were kept: of this span of time there is none, or an earlier routetap wrote this database.</p>
  const range = zoom ?? whole
  const common = { times: grid.times, step: s.step, from: range.from, to: range.to, onZoom }
  const any = (list: Line[]) => list.some((l) => l.values.some((v) => v !== null && v > 0))
  const hold = s.hold_time
  return (
    <>
    <div class="charts">
      {hold !== null && hold > 0 && any(lines.margin) && (
        <Chart {...common} name="Hold time left" unit={`least in ${span(s.step)}, of ${hold} s`} lines={lines.margin} format={seconds} floor={{ name: 'the hold time has run out: the session dies', danger: hold / 3, top: hold }} />
      )}
      <Chart {...common} name="Messages" unit={`a second, in intervals of ${span(s.step)}`} lines={[...lines.updates, ...lines.others]} format={rate} />
      {lines.routes.length > 0 && <Chart {...common} name="Routes" unit="that the other side has" round="whole" lines={lines.routes} format={(v) => count(Math.round(v))} />}
      <Chart {...common} name="TCP, bytes" unit="a second" round="binary" lines={lines.volume} format={(v) => bytes(v).replace('bytes', 'B')} />
      {any(lines.rtt) && <Chart {...common} name="Round trip" unit="from the tap and back" lines={lines.rtt} format={span} />}
      {any(lines.resent) && (
        <Chart {...common} name="Segments sent again" unit={`in ${span(s.step)}`} round="whole" lines={lines.resent} format={(v) => count(Math.round(v))} />
      )}
      {any(lines.shut) && <Chart {...common} name="Receive window shut" unit={`in ${span(s.step)}`} lines={lines.shut} format={seconds} />}
    </div>
    {!any(lines.resent) && <p class="faint none">No segment was sent again in this span.</p>}
    </>
  )
}
