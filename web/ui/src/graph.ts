// The network as databases describe it, at one moment and at those looked at before, to nodes and edges to be drawn.
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force'
import type { TopologyDomain } from './api'

export interface Node extends SimulationNodeDatum {
  id: string
  kind: 'router' | 'network'
  name: string
  areas: string[]
  dr: string | null // of a network
  abr: boolean
  asbr: boolean
  described: boolean
  gone: boolean // it was there at another moment that was looked at
}

export interface Edge {
  id: string
  a: string
  b: string
  area: string
  costs: [number | null, number | null] // from a, and from b; null: not described
  virtual: boolean
  gone: boolean
}

export interface Graph {
  nodes: Map<string, Node>
  edges: Map<string, Edge>
}

const router = (id: string) => `r ${id}`
const network = (area: string, n: { prefix: string | null; dr_address?: string; dr_interface?: number; designated_router?: string }) =>
  `n ${area} ${n.prefix ?? n.dr_address ?? `${n.designated_router ?? ''} ${n.dr_interface ?? ''}`}`

function addNode(g: Graph, id: string, more: Partial<Node> & Pick<Node, 'kind' | 'name'>, area: string) {
  const old = g.nodes.get(id)
  if (!old) g.nodes.set(id, { id, areas: [area], dr: null, abr: false, asbr: false, described: false, gone: false, ...more })
  else {
    if (!old.areas.includes(area)) old.areas.push(area)
    old.abr ||= more.abr ?? false
    old.asbr ||= more.asbr ?? false
    old.described ||= more.described ?? false
    old.dr ??= more.dr ?? null
  }
}

// One line for both directions; several between the same two are told by their number.
function addEdge(g: Graph, from: string, to: string, area: string, cost: number, virtual: boolean) {
  const forth = from < to
  const [a, b] = forth ? [from, to] : [to, from]
  for (let n = 0; ; n++) {
    const id = `${area} ${a} ${b} ${n}`
    const old = g.edges.get(id)
    if (old && old.costs[forth ? 0 : 1] !== null) continue
    if (old) old.costs[forth ? 0 : 1] = cost
    else g.edges.set(id, { id, a, b, area, costs: forth ? [cost, null] : [null, cost], virtual, gone: false })
    return
  }
}

export function graphOf(domain: TopologyDomain | undefined): Graph {
  const g: Graph = { nodes: new Map(), edges: new Map() }
  for (const area of domain?.areas ?? []) {
    const names = new Map<string, string>()
    for (const r of area.routers) addNode(g, router(r.router_id), { kind: 'router', name: r.router_id, abr: r.abr ?? false, asbr: r.asbr ?? false, described: r.described }, area.area)
    for (const n of area.networks) {
      const id = network(area.area, n)
      names.set(n.prefix ?? n.dr_address ?? `${n.designated_router} interface ${n.dr_interface}`, id)
      addNode(g, id, { kind: 'network', name: n.prefix ?? n.dr_address ?? `DR ${n.designated_router ?? '?'}`, dr: n.designated_router ?? null, described: n.described }, area.area)
    }
    for (const l of area.links) {
      if (l.to) {
        addNode(g, router(l.to), { kind: 'router', name: l.to }, area.area)
        addEdge(g, router(l.from), router(l.to), area.area, l.cost, l.type === 'virtual')
      } else if (l.to_network) {
        const to = names.get(l.to_network) ?? `n ${area.area} ${l.to_network}`
        addNode(g, to, { kind: 'network', name: l.to_network }, area.area)
        addEdge(g, router(l.from), to, area.area, l.cost, false)
        const edge = [...g.edges.values()].at(-1)!
        if (l.described_back) edge.costs = edge.costs.map((c) => c ?? 0) as [number, number]
      }
    }
  }
  return g
}

// What was there before and is not any more stays, as a shadow.
export function withShadows(now: Graph, known: Graph): Graph {
  for (const [id, n] of now.nodes) known.nodes.set(id, { ...known.nodes.get(id), ...n, gone: false })
  for (const [id, n] of known.nodes) if (!now.nodes.has(id)) known.nodes.set(id, { ...n, gone: true })
  for (const [id, e] of now.edges) known.edges.set(id, e)
  for (const [id, e] of known.edges) if (!now.edges.has(id)) known.edges.set(id, { ...e, gone: true })
  return known
}

// Places for all of them: those that have one keep it, as far as the new ones let them.
export function layOut(g: Graph) {
  const nodes = [...g.nodes.values()]
  const links = [...g.edges.values()].filter((e) => g.nodes.has(e.a) && g.nodes.has(e.b)).map((e) => ({ source: e.a, target: e.b }))
  const fresh = nodes.filter((n) => n.x === undefined).length
  if (!fresh) return
  const many = nodes.length > 300
  forceSimulation(nodes)
    .force('link', forceLink<Node, { source: string; target: string }>(links).id((n) => n.id).distance(70).strength(0.6))
    .force('charge', forceManyBody().strength(many ? -120 : -320))
    .force('x', forceX(0).strength(0.05))
    .force('y', forceY(0).strength(0.08))
    .force('collide', forceCollide(26))
    .stop()
    .tick(fresh < nodes.length ? 60 : many ? 90 : 300)
}
