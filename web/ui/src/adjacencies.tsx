// OSPF adjacencies: both sides' states now and over time.
import { useState } from 'preact/hooks'
import type { Adjacency, Ospf, OspfState } from './api'
import { useWidth } from './data'
import { SeverityMark } from './parts'
import { clock, count, counted, moment, span, stamp, type Moment } from './words'

export const OspfPill = ({ state }: { state: OspfState }) => <span class={`pill os-${state}`}>{state}</span>

// From nothing to all of it: RFC 2328 10.1
const STATES: OspfState[] = ['Unknown', 'Down', 'Attempt', 'Init', '2-Way', 'ExStart', 'Exchange', 'Loading', 'Full']

interface Piece {
  from: number
  to: number
  state: OspfState
}

export function piecesOf(o: Ospf, number: number, side: 0 | 1, from: number, to: number, end: OspfState): Piece[] {
  const mine = o.transitions.filter((t) => t.adjacency === number && t.side === side && t.time).reverse()
  if (!mine.length) return [{ from, to, state: end }]
  const out: Piece[] = []
  let begin = from
  let state = mine[0]!.from
  for (const t of mine) {
    const at = moment(t.time)!
    if (at > begin) out.push({ from: begin, to: at, state })
    begin = at
    state = t.to
  }
  out.push({ from: begin, to: Math.max(to, begin), state })
  return out
}

export const stateAt = (pieces: Piece[], t: number): OspfState => pieces.find((p) => t >= p.from && t < p.to)?.state ?? pieces[pieces.length - 1]?.state ?? 'Unknown'
export const isWell = (a: OspfState, b: OspfState) => (a === 'Full' && b === 'Full') || (a === '2-Way' && b === '2-Way')

export interface Row {
  a: Adjacency
  standing: Ospf['standing'][0]
  pieces: [Piece[], Piece[]]
}

function AdjacencyRow({ r, from, to, at, now, onMoment }: { r: Row; from: number; to: number; at: number; now: Moment; onMoment: (t: number) => void }) {
  const [box, width] = useWidth<HTMLDivElement>()
  const x = (t: number) => ((Math.max(from, Math.min(to, t)) - from) / (to - from || 1)) * width
  const pick = (e: MouseEvent) => {
    const at = e.currentTarget as Element
    onMoment(from + ((e.clientX - at.getBoundingClientRect().left) / width) * (to - from))
  }
  return (
    <li class={r.standing.up ? '' : 'down'}>
      <div class="who">
        <span>
          {r.standing.worst && <SeverityMark severity={r.standing.worst} />} <b>{r.a.link}</b> <span class="faint">area {r.a.area}{r.a.version === 3 && ', OSPFv3'}</span>
        </span>{' '}
        {r.a.lost_count > 0 && <span class="lost">{count(r.a.lost_count)} × lost</span>}
      </div>
      <div class="states">
        {r.a.sides.map((s, i) => (
          <div key={i}>
            <span class="address">{s.router_id}</span> <OspfPill state={s.state} />{' '}
            <span class="faint num">
              {moment(s.state_since) !== null && now !== null && span(Math.max(0, now - moment(s.state_since)!))}
              {(r.standing.dr === s.router_id && ' · DR') || (r.standing.bdr === s.router_id && ' · BDR')}
            </span>
          </div>
        ))}
      </div>
      <div class="history" ref={box}>
        {width > 0 && (
          <svg width={width} height={34} onClick={pick} role="img" aria-label={`States over time: ${r.pieces.map((p, i) => `${r.a.routers[i]} ${p.map((x) => x.state).join(', ')}`).join('; ')}`}>
            {r.pieces.map((pieces, i) =>
              pieces.map((p) => (
                <rect key={`${i}${p.from}`} class={`os-${p.state}`} x={x(p.from)} y={i * 17} width={Math.max(0.75, x(p.to) - x(p.from))} height={15}>
                  <title>{`${r.a.routers[i]}: ${p.state} for ${span(p.to - p.from)}, from ${clock(p.from, 3)}`}</title>
                </rect>
              )),
            )}
            <path class="moment" d={`M${x(at)} 0V34`} />
          </svg>
        )}
      </div>
    </li>
  )
}

// From when to when a line goes.
export const Ends = ({ from, to }: { from: number; to: number }) => (
  <p class="ends-at faint num">
    <span>{stamp(from, to, 0)}</span>
    <span>{clock(to, 0)} UTC</span>
  </p>
)

const ROWS = 40

export function Adjacencies({ rows, from, to, at, now, onMoment }: { rows: Row[]; from: number; to: number; at: number; now: Moment; onMoment: (t: number) => void }) {
  const [most, setMost] = useState(ROWS)
  return (
    <>
      <ul class="adjacencies">
        {rows.slice(0, most).map((r) => (
          <AdjacencyRow key={r.standing.number} r={r} from={from} to={to} at={at} now={now} onMoment={onMoment} />
        ))}
      </ul>
      <div class="under-bands">
        <Ends from={from} to={to} />
      </div>
      <p class="legend faint">
        {STATES.filter((state) => rows.slice(0, most).some((r) => r.pieces.some((p) => p.some((x) => x.state === state)))).map((state) => (
          <span key={state}>
            <i class={`swatch os-${state}`} /> {state}
          </span>
        ))}
      </p>
      {rows.length > most && (
        <p class="more">
          <button type="button" onClick={() => setMost(most * 5)}>
            {counted(rows.length - most, 'more adjacency', 'more adjacencies')}
          </button>
        </p>
      )}
    </>
  )
}
