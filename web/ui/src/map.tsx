// The map of one OSPF domain at a moment: routers, shared networks, what the ways cost, and what is down.
import { useMemo, useRef, useState } from 'preact/hooks'
import { useWidth } from './data'
import type { Graph, Node } from './graph'
import { namePlaces, type NamePlace } from './names'
import './map.css'

export interface Broken {
  a: string
  b: string // router IDs
  state: string
  link: string
}

// So many are found by eye.
const FEW = 20

// Square pixels that a node with its name takes.
const ROOM = 3000

const COLOURS = ['--area-0', '--area-1', '--area-2', '--area-3', '--area-4', '--area-5']
export const areaColour = (areas: string[], area: string) => `var(${COLOURS[Math.max(0, areas.indexOf(area)) % COLOURS.length]})`

function boundsOf(nodes: Node[], width: number) {
  const xs = nodes.map((n) => n.x ?? 0)
  const ys = nodes.map((n) => n.y ?? 0)
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  // a few nodes are not blown up
  const [w, h] = [Math.max(x1 - x0 + 150, width / 1.6), Math.max(y1 - y0 + 90, 230)]
  return { x: (x0 + x1 - w) / 2, y: (y0 + y1 - h) / 2, w, h }
}

// What a node is called, and what it has for a designated router, in one or two lines where no edge goes.
function Name({ node: n, place, text }: { node: Node; place: NamePlace; text: number }) {
  const away = n.kind === 'router' ? 14 : 9
  const line = text * 1.25
  const lines = n.dr ? 2 : 1
  const side = place === 'beside' || place === 'before'
  const x = side ? (place === 'beside' ? away + 4 : -away - 4) : 0
  const y = side ? text * 0.35 - ((lines - 1) * line) / 2 : place === 'above' ? -away - 2 - (lines - 1) * line : away + text
  return (
    <>
      <text class={`name ${place}`} x={x} y={y}>{n.name}</text>
      {n.dr && <text class={`dr ${place}`} x={x} y={y + line}>DR {n.dr}</text>}
    </>
  )
}

interface MapProps {
  graph: Graph
  areas: string[]
  broken: Broken[]
  picked: string | null
  onPick: (id: string | null) => void
}

export function NetworkMap({ graph, areas, broken, picked, onPick }: MapProps) {
  const nodes = [...graph.nodes.values()]
  const edges = [...graph.edges.values()]
  const [box, width] = useWidth<HTMLDivElement>()
  const whole = useMemo(() => boundsOf(nodes, width || 700), [graph, width])
  const places = useMemo(() => namePlaces(graph), [graph])
  const [zoom, setZoom] = useState(1)
  const [move, setMove] = useState({ x: 0, y: 0 })
  const drag = useRef<{ x: number; y: number; scale: number } | null>(null)
  const svg = useRef<SVGSVGElement>(null)
  if (!nodes.length) return <p class="notice">At that moment no database was known: nothing that describes the network had been seen.</p>
  const view = { w: whole.w / zoom, h: whole.h / zoom, x: whole.x + (whole.w - whole.w / zoom) / 2 + move.x, y: whole.y + (whole.h - whole.h / zoom) / 2 + move.y }
  const text = Math.max(9.5, (11 * view.w) / (width || 700)) // 11 pixels
  const labels = nodes.length / (zoom * zoom) < ((width || 700) * 400) / ROOM
  const scale = () => view.w / (svg.current?.getBoundingClientRect().width || 1)
  const at = (id: string) => graph.nodes.get(id)
  const start = (e: PointerEvent) => {
    if (e.button) return
    drag.current = { x: e.clientX, y: e.clientY, scale: scale() }
  }
  const go = (e: PointerEvent) => {
    const d = drag.current
    if (!d || !e.buttons) return
    setMove((m) => ({ x: m.x - (e.clientX - d.x) * d.scale, y: m.y - (e.clientY - d.y) * d.scale }))
    drag.current = { ...d, x: e.clientX, y: e.clientY }
  }
  const all = () => (setZoom(1), setMove({ x: 0, y: 0 }))
  const find = (text: string) => {
    const found = text && (nodes.find((n) => n.name === text) ?? nodes.find((n) => n.name.startsWith(text)))
    if (!found) return
    onPick(found.id)
    setZoom(Math.max(zoom, Math.sqrt(nodes.length / FEW)))
    setMove({ x: found.x! - whole.x - whole.w / 2, y: found.y! - whole.y - whole.h / 2 })
  }
  return (
    <div class="map" ref={box}>
      <div class="choice" role="group" aria-label="Zoom of the map">
        <button type="button" aria-label="Zoom in" onClick={() => setZoom(zoom * 1.4)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => setZoom(Math.max(0.3, zoom / 1.4))}>
          −
        </button>
        <button type="button" onClick={all}>
          All
        </button>
      </div>
      {nodes.length > FEW && (
        <input type="search" class="find-node" placeholder="Router or network" aria-label="Find a router or network on the map" onChange={(e) => find(e.currentTarget.value.trim())} />
      )}
      <svg
        ref={svg}
        style={{ aspectRatio: `${whole.w} / ${whole.h}`, '--text': `${text.toFixed(1)}px` }}
        viewBox={`${view.x} ${view.y} ${view.w} ${view.h}`}
        role="group"
        aria-label={`${nodes.filter((n) => n.kind === 'router' && !n.gone).length} routers, ${nodes.filter((n) => n.kind === 'network' && !n.gone).length} networks`}
        onPointerDown={start}
        onPointerMove={go}
        onPointerUp={() => (drag.current = null)}
        onPointerLeave={() => (drag.current = null)}
      >
        <g class="edges">
          {edges.map((e) => {
            const [a, b] = [at(e.a), at(e.b)]
            if (!a || !b) return null
            const [ax, ay, bx, by] = [a.x!, a.y!, b.x!, b.y!]
            const oneWay = !e.gone && (e.costs[0] === null || e.costs[1] === null)
            const touches = picked === e.a || picked === e.b
            return (
              <g key={e.id} class={`${e.gone ? 'gone' : ''} ${oneWay ? 'one-way' : ''} ${e.virtual ? 'virtual' : ''} ${touches ? 'touches' : ''}`}>
                <path d={`M${ax} ${ay}L${bx} ${by}`} style={{ stroke: e.gone ? undefined : areaColour(areas, e.area) }}>
                  <title>{`${a.name} – ${b.name}, area ${e.area}: cost ${e.costs.map((c) => c ?? 'not described').join(' / ')}${e.gone ? ', not there at this moment' : ''}`}</title>
                </path>
                {labels && !e.gone && (
                  <>
                    {e.costs[0] !== null && a.kind === 'router' && <text x={ax + (bx - ax) * 0.3} y={ay + (by - ay) * 0.3}>{e.costs[0]}</text>}
                    {e.costs[1] !== null && b.kind === 'router' && <text x={bx + (ax - bx) * 0.3} y={by + (ay - by) * 0.3}>{e.costs[1]}</text>}
                  </>
                )}
              </g>
            )
          })}
        </g>
        <g class="broken">
          {broken.map((x, i) => {
            const [a, b] = [at(`r ${x.a}`), at(`r ${x.b}`)]
            if (!a || !b) return null
            return (
              <g key={i}>
                <path d={`M${a.x} ${a.y}Q${(a.x! + b.x!) / 2 + (b.y! - a.y!) * 0.2} ${(a.y! + b.y!) / 2 - (b.x! - a.x!) * 0.2} ${b.x} ${b.y}`} />
                <text x={(a.x! + b.x!) / 2 + (b.y! - a.y!) * 0.1} y={(a.y! + b.y!) / 2 - (b.x! - a.x!) * 0.1}>{x.state}</text>
                <title>{`${x.a} – ${x.b} on ${x.link}: ${x.state}`}</title>
              </g>
            )
          })}
        </g>
        <g class="nodes">
          {nodes.map((n) => (
            <g
              key={n.id}
              class={`${n.kind} ${n.gone ? 'gone' : ''} ${n.described ? '' : 'hearsay'} ${picked === n.id ? 'picked' : ''}`}
              transform={`translate(${n.x} ${n.y})`}
              role="button"
              tabindex={0}
              aria-pressed={picked === n.id}
              aria-label={`${n.kind} ${n.name}${n.gone ? ', not there at this moment' : ''}`}
              onClick={() => onPick(picked === n.id ? null : n.id)}
              onKeyDown={(e) => (e.key === 'Enter' || e.key === ' ') && (e.preventDefault(), onPick(picked === n.id ? null : n.id))}
            >
              <title>{`${n.name}${n.abr ? ', area border router' : ''}${n.asbr ? ', AS boundary router' : ''}${n.dr ? `, DR ${n.dr}` : ''}`}</title>
              {n.kind === 'router' ? <circle r={11} style={{ fill: n.gone ? undefined : areaColour(areas, n.areas[0]!) }} /> : <rect x={-8} y={-6} width={16} height={12} rx={3} style={{ stroke: n.gone ? undefined : areaColour(areas, n.areas[0]!) }} />}
              {n.kind === 'router' && (n.abr || n.asbr) && <text class="role" y={3.5}>{n.abr && n.asbr ? 'AB' : n.abr ? 'B' : 'E'}</text>}
              {labels && <Name node={n} place={places.get(n.id)!} text={text} />}
            </g>
          ))}
        </g>
      </svg>
      {!labels && <p class="hint faint">Too many for names and costs: zoom in, or find one by its name.</p>}
    </div>
  )
}
