// Where the name of a node stands, so that as few edges as can be go through it. In: places of nodes. Out: a side of each.
import type { Graph } from './graph'

export type NamePlace = 'below' | 'above' | 'beside' | 'before'

// Its direction as the screen has it (y grows downwards), and how far to both sides of it a name reaches.
const PLACES: [NamePlace, number, number][] = [
  ['below', Math.PI / 2, 1],
  ['above', -Math.PI / 2, 1],
  ['beside', 0, 0.35],
  ['before', Math.PI, 0.35],
]

const apart = (a: number, b: number) => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)))

// The first side that no edge touches; the least touched one if there is none.
function freest(edges: number[]): NamePlace {
  const room = PLACES.map(([, way, reach]) => Math.min(Math.PI, ...edges.map((e) => apart(e, way))) - reach)
  const free = room.findIndex((r) => r > 0)
  return PLACES[free >= 0 ? free : room.indexOf(Math.max(...room))]![0]
}

export function namePlaces(g: Graph): Map<string, NamePlace> {
  const ways = new Map<string, number[]>([...g.nodes.keys()].map((id) => [id, []]))
  for (const e of g.edges.values()) {
    const [a, b] = [g.nodes.get(e.a), g.nodes.get(e.b)]
    if (!a || !b) continue
    ways.get(a.id)!.push(Math.atan2(b.y! - a.y!, b.x! - a.x!))
    ways.get(b.id)!.push(Math.atan2(a.y! - b.y!, a.x! - b.x!))
  }
  return new Map([...ways].map(([id, edges]) => [id, freest(edges)]))
}
