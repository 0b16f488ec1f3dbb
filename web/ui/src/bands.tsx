// The states of both sides over time, as bands; NOTIFICATIONs and findings as marks on them; connections below.
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Connection, Finding, Notification, Peering, Side, State, Transition } from './api'
import { useWidth } from './data'
import { Choice, SeverityMark } from './parts'
import { findingPath, go } from './route'
import { crowded, digitsFor, elastic, even, ticks, type Scale } from './scale'
import { clock, moment, plain, range, sameDay, shortDay, span } from './words'

export interface History {
  transitions: Transition[] // the oldest first, in all of these
  notifications: Notification[]
  connections: Connection[]
  findings: Finding[]
}

interface Segment {
  from: number
  to: number
  state: State
}

const LEFT = 118
const LEFT_MOST = 250
const BAND = 26
const GAP = 10
const TOP = 8

// Without a change its state is as it is now: unknown, or what it was since before all that is kept.
function segmentsOf({ address, state: now }: Side, list: Transition[], begin: number, end: number): Segment[] {
  const mine = list.filter((t) => t.side === address && t.time !== null)
  const out: Segment[] = []
  let from = begin
  let state: State = mine[0]?.from ?? now
  for (const t of mine) {
    const at = moment(t.time)!
    if (at > from) out.push({ from, to: at, state })
    from = at
    state = t.to
  }
  out.push({ from, to: Math.max(end, from), state })
  return out
}

// One over the other where they overlap.
function lanesOf(list: Connection[], end: number) {
  const ends: number[] = []
  return list
    .map((c) => ({ c, from: moment(c.opened), to: c.closed ? moment(c.closed)! : end }))
    .filter((x): x is { c: Connection; from: number; to: number } => x.from !== null)
    .map((x) => {
      let lane = ends.findIndex((e) => e <= x.from)
      if (lane < 0) lane = ends.length < 3 ? ends.length : 2
      ends[lane] = x.to
      return { ...x, lane }
    })
}

interface Group {
  x: number
  list: Finding[]
}

function groupsOf(list: Finding[], place: (t: number) => number): Group[] {
  const out: Group[] = []
  for (const f of list) {
    const t = moment(f.time)
    if (t === null) continue
    const x = place(t)
    const last = out[out.length - 1]
    if (last && x - last.x < 18) last.list.push(f)
    else out.push({ x, list: [f] })
  }
  return out
}

const RANK = { error: 3, warning: 2, info: 1 }
const gravest = (list: Finding[]) => list.reduce((a, b) => (RANK[b.severity] > RANK[a.severity] ? b : a))

const MODES = [
  ['elastic', 'Silences short'],
  ['even', 'Even time'],
] as const
type Mode = (typeof MODES)[number][0]

// From its first packet to now.
export function wholeOf(peering: Peering, history: History): { from: number; to: number } {
  const from = Math.min(...[peering.first, history.transitions[0]?.time].map((t) => moment(t) ?? Infinity))
  return { from, to: Math.max(from, moment(peering.now) ?? from) }
}

interface BandsProps {
  peering: Peering
  history: History
  zoom: { from: number; to: number } | null // of the whole page
  setZoom: (zoom: { from: number; to: number } | null) => void
}

// A label that would touch the one before it is left out; its tick stays.
function labelled(marks: { t: number; x: number }[], inner: number, text: (t: number) => string) {
  const wide = Math.max(...marks.map((m) => text(m.t).length), 0) * 7
  let taken = -Infinity
  return marks.map((m) => {
    const anchor = m.x < wide / 2 ? ('start' as const) : m.x > inner - wide / 2 ? ('end' as const) : ('middle' as const)
    const begin = m.x - (anchor === 'start' ? 0 : anchor === 'end' ? wide : wide / 2)
    if (begin < taken) return { ...m, anchor: null }
    taken = begin + wide
    return { ...m, anchor }
  })
}

export function Bands({ peering, history, zoom, setZoom }: BandsProps) {
  const [box, width] = useWidth<HTMLDivElement>()
  const { from: begin, to: end } = wholeOf(peering, history)
  const [picked, setPicked] = useState<Mode | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const [drag, setDrag] = useState<number | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  const events = useMemo(() => {
    const all = [
      ...history.transitions.map((t) => t.time),
      ...history.notifications.map((n) => n.time),
      ...history.connections.flatMap((c) => [c.opened, c.closed]),
      ...history.findings.map((f) => f.time),
    ]
    return [...new Set(all.map(moment).filter((t): t is number => t !== null))].sort((a, b) => a - b)
  }, [history])
  if (!Number.isFinite(begin) || !events.length) return <p class="notice">Nothing of this peering's states was seen.</p>

  const addresses = [peering.sides[0].address, peering.sides[1].address]
  const segments = peering.sides.map((side) => segmentsOf(side, history.transitions, begin, end))
  const left = width < 620 ? 0 : Math.min(LEFT_MOST, Math.max(LEFT, ...addresses.map((a) => a.length * 7 + 20)))
  const inner = Math.max(50, width - left - 8)
  const { from, to } = zoom ?? { from: begin, to: end > begin ? end : begin + 1 }
  const within = events.filter((t) => t >= from && t <= to)
  const mode = picked ?? (crowded(from, to, within, inner) ? 'elastic' : 'even')
  const scale: Scale = mode === 'even' ? even(from, to) : elastic(from, to, within)
  const x = (t: number) => left + scale.at(Math.max(from, Math.min(to, t))) * inner
  const labels = left ? 0 : 16
  const rowY = (side: number) => TOP + labels + side * (BAND + GAP + labels)
  const lanes = lanesOf(history.connections, end)
  const laneCount = Math.max(1, ...lanes.map((l) => l.lane + 1))
  const connectionsY = rowY(1) + BAND + GAP + labels
  const findingsY = connectionsY + laneCount * 7 + GAP + 8 + labels
  const axisY = findingsY + 20
  const height = axisY + 24
  const marks = ticks(scale, within, inner, (width < 620 ? 90 : 124) + (sameDay(from, to) ? 0 : 44), mode === 'even')
  const digits = digitsFor(marks)
  // in more than a day's time a clock alone says nothing
  const words = (t: number) => (sameDay(from, to) ? clock(t, digits) : `${shortDay(t)} ${clock(t, digits)}`)

  const timeAt = (event: PointerEvent) => {
    const place = (event.clientX - svg.current!.getBoundingClientRect().left - left) / inner
    return scale.time(Math.max(0, Math.min(1, place)))
  }
  const stateAt = (side: number, t: number) => segments[side]!.find((s) => t >= s.from && t < s.to)?.state
  const move = (share: number, factor: number) => {
    const middle = (from + to) / 2 + share * (to - from)
    const half = ((to - from) * factor) / 2
    setZoom(half * 2 >= end - begin ? null : { from: Math.max(begin, middle - half), to: Math.min(end, middle + half) })
  }
  const keys = (event: KeyboardEvent) => {
    const act: Record<string, () => void> = {
      ArrowLeft: () => move(-0.2, 1),
      ArrowRight: () => move(0.2, 1),
      '+': () => move(0, 0.5),
      '-': () => move(0, 2),
      '0': () => setZoom(null),
    }
    if (!act[event.key]) return
    event.preventDefault()
    act[event.key]!()
  }
  const drop = (event: PointerEvent) => {
    if (drag !== null) {
      const at = timeAt(event)
      const [a, b] = [Math.min(drag, at), Math.max(drag, at)]
      if (Math.abs(x(a) - x(b)) > 8) setZoom({ from: a, to: b })
    }
    setDrag(null)
  }

  return (
    <div class="bands" ref={box}>
      <div class="tools">
        <Choice label="Time" value={mode} options={MODES} onPick={setPicked} />
        <div class="choice" role="group" aria-label="Zoom">
          <button type="button" onClick={() => move(0, 0.5)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => move(0, 2)} aria-label="Zoom out" disabled={!zoom}>
            −
          </button>
          <button type="button" onClick={() => setZoom(null)} disabled={!zoom}>
            All
          </button>
        </div>
        <span class="faint num">
          {cursor === null ? (
            range(from, to)
          ) : (
            <>
              {sameDay(from, to) ? '' : `${shortDay(cursor)} `}
              {clock(cursor, digits || 3)} · {addresses[0]} {stateAt(0, cursor) ?? '–'} · {addresses[1]} {stateAt(1, cursor) ?? '–'}
            </>
          )}
        </span>
      </div>
      {width > 0 && (
        <svg
          ref={svg}
          width={width}
          height={height}
          role="group"
          aria-label={`States of ${addresses.join(' and ')} over time. Arrow keys move, plus and minus zoom, 0 shows all.`}
          tabindex={0}
          onKeyDown={keys}
          onPointerMove={(e) => setCursor(timeAt(e))}
          onPointerLeave={() => (setCursor(null), setDrag(null))}
          onPointerDown={(e) => e.pointerType === 'mouse' && !e.button && setDrag(timeAt(e))}
          onPointerUp={drop}
          onDblClick={() => setZoom(null)}
        >
          <defs>
            <pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <path class="hatch" d="M0 0V6" />
            </pattern>
          </defs>
          {[0, 1].map((side) => (
            <Band key={side} address={addresses[side]!} asn={peering.sides[side as 0 | 1].asn} y={rowY(side)} left={left} x={x} segments={segments[side]!.filter((s) => s.to >= from && s.from <= to)} />
          ))}
          <g class="connections">
            <text class="label" x={left ? left - 10 : 0} y={left ? connectionsY + 6 : connectionsY - 5} text-anchor={left ? 'end' : 'start'}>
              TCP
            </text>
            {lanes
              .filter((l) => l.to >= from && l.from <= to)
              .map(({ c, from: a, to: b, lane }) => (
                <rect key={c.id} class={`end-${c.end}`} x={x(a)} y={connectionsY + lane * 7} width={Math.max(2, x(b) - x(a))} height={5} rx={1.5}>
                  <title>{connectionWords(c)}</title>
                </rect>
              ))}
          </g>
          <g class="notifications">
            {history.notifications.map((n, i) => {
              const t = moment(n.time)!
              if (t < from || t > to || !n.from) return null
              const side = n.from === addresses[0] ? 0 : 1
              const [y1, y2] = side === 0 ? [rowY(0) + BAND, rowY(1)] : [rowY(1), rowY(0) + BAND]
              return (
                <g key={i}>
                  <title>{`${clock(t, 6)} NOTIFICATION ${n.code}/${n.subcode} ${n.name} from ${n.from}${n.text ? `: “${n.text}”` : ''}`}</title>
                  <path class="hit" d={`M${x(t)} ${y1}V${y2}`} />
                  <path class="line" d={`M${x(t)} ${y1}V${y2}`} />
                  <path class="head" d={side === 0 ? `M${x(t)} ${y2}l-5-8h10z` : `M${x(t)} ${y2}l-5 8h10z`} />
                </g>
              )
            })}
          </g>
          <g class="findings">
            <text class="label" x={left ? left - 10 : 0} y={left ? findingsY + 5 : findingsY - 12} text-anchor={left ? 'end' : 'start'}>
              Findings
            </text>
            {groupsOf(history.findings.filter((f) => (moment(f.time) ?? -1) >= from && (moment(f.time) ?? -1) <= to), x).map((g) => {
              const f = gravest(g.list)
              return (
                <g key={f.id}>
                <path class="stem" d={`M${g.x} ${rowY(0)}V${findingsY - 8}`} />
                <a
                  href={findingPath(f.id)}
                  aria-label={g.list.map((o) => `${o.severity}: ${o.title}`).join('; ')}
                  onClick={(e) => (e.preventDefault(), go(findingPath(f.id)))}
                >
                  <title>{g.list.map((o) => o.title).join('\n')}</title>
                  <rect class="hit" x={g.x - 11} y={findingsY - 11} width={g.list.length > 1 ? 32 : 22} height={22} />
                  <svg x={g.x - 7} y={findingsY - 7} width={14} height={14} viewBox="0 0 16 16" overflow="visible">
                    <SeverityMark severity={f.severity} />
                  </svg>
                  {g.list.length > 1 && (
                    <text class="many" x={g.x + 9} y={findingsY + 4}>
                      {g.list.length}
                    </text>
                  )}
                </a>
                </g>
              )
            })}
          </g>
          <g class="axis">
            <path d={`M${left} ${axisY}H${left + inner}`} />
            {labelled(marks, inner, words).map((m) => (
              <g key={m.t}>
                <path d={`M${left + m.x} ${axisY}v4`} />
                {m.anchor && (
                  <text x={left + m.x} y={axisY + 16} text-anchor={m.anchor}>
                    {words(m.t)}
                  </text>
                )}
              </g>
            ))}
          </g>
          {cursor !== null && <path class="cursor" d={`M${x(cursor)} ${TOP}V${axisY}`} />}
          {drag !== null && cursor !== null && <rect class="drag" x={Math.min(x(drag), x(cursor))} y={TOP} width={Math.abs(x(cursor) - x(drag))} height={axisY - TOP} />}
        </svg>
      )}
      <Legend states={segments.flat().map((s) => s.state)} notified={history.notifications.length > 0} />
    </div>
  )
}

// What the colours are: on a phone few bands have room for their name.
const Legend = ({ states, notified }: { states: State[]; notified: boolean }) => (
  <p class="legend faint">
    {[...new Set(states)].map((state) => (
      <span key={state}>
        <i class={`swatch st-${state}`} /> {state}
      </span>
    ))}
    {notified && <span>▼ NOTIFICATION</span>}
  </p>
)

function Band(props: { address: string; asn: number | null; y: number; left: number; x: (t: number) => number; segments: Segment[] }) {
  const { address, asn, y, left, x, segments } = props
  return (
    <g class="band">
      <text class="label" x={left ? left - 10 : 0} y={left ? y + 11 : y - 5} text-anchor={left ? 'end' : 'start'}>
        {left && address.length * 7 + 20 > left ? `…${address.slice(-31)}` : address}
        <title>{address}</title>
      </text>
      {left > 0 && asn !== null && (
        <text class="label faint" x={left - 10} y={y + 23} text-anchor="end">
          AS {asn}
        </text>
      )}
      {segments.map((s) => {
        const [a, b] = [x(s.from), x(s.to)]
        const words = s.state.length * 6.6 + 10
        return (
          <g key={s.from + s.state}>
            <rect class={`st-${s.state}`} x={a} y={y} width={Math.max(0.75, b - a)} height={BAND}>
              <title>{`${s.state} for ${span(s.to - s.from)}, from ${clock(s.from, 6)}`}</title>
            </rect>
            {b - a > words && (
              <text class="in" x={a + 6} y={y + 17}>
                {s.state}
                {b - a > words + 80 && <tspan class="for">{`  ${span(s.to - s.from)}`}</tspan>}
              </text>
            )}
          </g>
        )
      })}
    </g>
  )
}

export function connectionWords(c: Connection): string {
  const opened = moment(c.opened)
  const closed = moment(c.closed)
  const end = c.end === 'open' ? 'open to the end' : `${plain(c.end)}${c.end_by ? ` by ${c.end_by}` : ''}`
  const length = opened !== null && closed !== null ? ` after ${span(closed - opened)}` : ''
  return `ports ${c.ports.join(' – ')}${c.active ? `, opened by ${c.active}` : ''}: ${end}${length}`
}
