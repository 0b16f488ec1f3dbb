// OSPF: the map at any moment; adjacencies, what LSAs do, and the database stand below it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { get, type Ospf, type OspfActivity, type Topology } from './api'
import { Adjacencies, Ends, isWell, piecesOf, stateAt, type Row } from './adjacencies'
import { useAsked } from './asked'
import { useData } from './data'
import { graphOf, layOut, withShadows, type Graph } from './graph'
import { Activity, Database } from './lsas'
import { areaColour, NetworkMap, type Broken } from './map'
import { Choice, Fact, Trouble, Waiting } from './parts'
import { setQuery, type Place } from './route'
import { clock, count, counted, day, iso, moment, range, sameDay } from './words'
import './ospf.css'

// ---- one router or network that was picked

function Picked({ graph, id, ospf }: { graph: Graph; id: string; ospf: Ospf }) {
  const node = graph.nodes.get(id)
  if (!node) return null
  const facts = node.kind === 'router' ? ospf.routers.find((r) => r.router_id === node.name) : null
  const ways = [...graph.edges.values()].filter((e) => e.a === id || e.b === id)
  return (
    <div class="panel picked" role="status">
      <h3 class="address">
        {node.name} {node.gone && <span class="tag bad">not there at this moment</span>}
      </h3>
      <dl>
        <Fact name={node.kind === 'router' ? 'Router in' : 'Network in'}>{node.areas.map((a) => `area ${a}`).join(', ')}</Fact>
        {(node.abr || node.asbr) && <Fact name="Role">{[node.abr && 'area border router', node.asbr && 'AS boundary router'].filter(Boolean).join(', ')}</Fact>}
        {node.dr && <Fact name="Designated router">{node.dr}</Fact>}
        {facts && facts.addresses.length > 0 && <Fact name="Addresses">{facts.addresses.slice(0, 12).join(', ')}</Fact>}
        <Fact name="Ways">
          {ways.map((e) => {
            const other = graph.nodes.get(e.a === id ? e.b : e.a)
            const [mine, theirs] = e.a === id ? e.costs : [e.costs[1], e.costs[0]]
            return (
              <div key={e.id}>
                {other?.name} <span class="faint">{e.gone ? 'not there now' : `cost ${mine ?? '?'}${other?.kind === 'router' ? `, back ${theirs ?? 'not described'}` : ''}`}</span>
              </div>
            )
          })}
        </Fact>
        {!node.described && !node.gone && <Fact name="Known">from others only: its own LSA was not seen</Fact>}
      </dl>
    </div>
  )
}

// ---- the page

const PASTS = 4

// Just before adjacencies that are not complete now were left, the latest first.
function lossesOf(o: Ospf): number[] {
  const down = new Set(o.standing.filter((s) => !s.up).map((s) => s.number))
  const times = o.transitions.filter((t) => down.has(t.adjacency) && (t.from === 'Full' || t.from === '2-Way') && (t.to === 'Down' || t.to === 'Init')).map((t) => moment(t.time))
  return [...new Set(times.filter((t): t is number => t !== null).map((t) => t - 0.001))].slice(0, PASTS)
}

const plural = (name: string) => name.replace(/y$/, 'ies')

// `among`: said after something of BGP, so that it names what it is of.
export function verdict(o: Ospf, among = false): string {
  const name = among ? 'OSPF adjacency' : 'adjacency'
  if (!o.adjacencies.length) return o.links.length ? 'No adjacency of OSPF was seen' : 'No OSPF was seen'
  if (o.settled === o.total) return o.total === 1 ? `The one ${name} is as it should be` : `All ${counted(o.total, name, plural(name))} are as they should be`
  if (o.total === 1) return `The one ${name} is not complete`
  return `${count(o.total - o.settled)} of ${counted(o.total, name, plural(name))} ${o.total - o.settled === 1 ? 'is' : 'are'} not complete`
}

export function OspfView({ place }: { place: Place }) {
  const ospf = useData<Ospf>('ospf')
  const activity = useData<OspfActivity>('ospf/activity')
  const asked = Number(place.query.get('at'))
  const at = asked > 0 ? asked : null
  const text = place.query.get('q') ?? ''
  const topology = useAsked<Topology>('ospf/topology', { at: at === null ? undefined : iso(at) }, at !== null)
  const known = useRef(new Map<string, Graph>())
  const [pasts, setPasts] = useState(0)
  const [domain, setDomain] = useState('')
  const [picked, setPicked] = useState<string | null>(null)
  useEffect(() => {
    document.title = 'OSPF – routetap'
  }, [])
  const domains = useMemo(() => {
    const all = new Map<string, string>()
    for (const a of ospf.data?.links ?? []) all.set(`${a.version} 0`, `OSPFv${a.version}`)
    for (const d of topology.data?.domains ?? []) all.set(`${d.version} ${d.instance ?? 0}`, `OSPFv${d.version}${d.instance ? ` instance ${d.instance}` : ''}`)
    return [...all]
  }, [ospf.data, topology.data])
  const shown = domains.some(([k]) => k === domain) ? domain : (domains[0]?.[0] ?? '')
  const graph = useMemo(() => {
    const empty: Graph = { nodes: new Map(), edges: new Map() }
    if (!topology.data) return empty
    const d = topology.data.domains.find((x) => `${x.version} ${x.instance ?? 0}` === shown)
    const g = withShadows(graphOf(d), known.current.get(shown) ?? empty)
    layOut(g)
    known.current.set(shown, g)
    return { nodes: new Map(g.nodes), edges: new Map(g.edges) }
  }, [topology.data, shown, pasts])
  const before = useMemo(() => (ospf.data ? lossesOf(ospf.data).join() : ''), [ospf.data])
  // What is down now is drawn as it was before, too: the moments before the last losses are looked at once.
  useEffect(() => {
    if (!before) return
    const abort = new AbortController()
    Promise.all(before.split(',').map((t) => get<Topology>('ospf/topology', { at: iso(Number(t)) }, abort.signal)))
      .then((all) => {
        for (const past of all)
          for (const d of past.domains) {
            const key = `${d.version} ${d.instance ?? 0}`
            known.current.set(key, withShadows(graphOf(d), known.current.get(key) ?? { nodes: new Map(), edges: new Map() }))
          }
        setPasts((n) => n + 1)
      })
      .catch(() => {}) // then there are no shadows
    return () => abort.abort()
  }, [before])
  const moments = useMemo(() => [...new Set((activity.data?.latest ?? []).map((l) => moment(l.time)).filter((t): t is number => t !== null))].sort((a, b) => a - b), [activity.data])
  if (ospf.error && !ospf.data) return <main><Trouble error={ospf.error} /></main>
  if (!ospf.data || !activity.data) return <main><Waiting /></main>
  const o = ospf.data
  const now = moment(o.now)
  const end = now ?? 0
  const begin = Math.min(moment(activity.data.first) ?? end, end)
  const current = at ?? end
  const set = (t: number | null) => setQuery({ at: t === null || t >= end ? undefined : t.toFixed(6) })
  // a moment in the address is as fine as a number can hold: what changes then is shown a little later
  const show = (t: number) => set(t + 2e-6)
  const next = (way: 1 | -1) => {
    const other = way > 0 ? moments.find((m) => m > current) : [...moments].reverse().find((m) => m < current - 4e-6)
    if (other === undefined) set(way > 0 ? null : begin)
    else show(other)
  }
  const rows: Row[] = o.adjacencies.map((a, i) => {
    const standing = o.standing[i]!
    return { a, standing, pieces: [0, 1].map((s) => piecesOf(o, standing.number, s as 0 | 1, begin, end, a.sides[s as 0 | 1].state)) as Row['pieces'] }
  })
  const broken: Broken[] = rows
    .filter((r) => `${r.a.version} ${r.a.instance ?? 0}` === shown || (r.a.version === Number(shown.split(' ')[0]) && !r.a.instance))
    .map((r) => ({ a: r.a.routers[0], b: r.a.routers[1], link: r.a.link, states: [stateAt(r.pieces[0], current), stateAt(r.pieces[1], current)] as const }))
    .filter((x) => !isWell(x.states[0], x.states[1]) && x.states.some((s) => s !== 'Unknown'))
    .map((x) => ({ a: x.a, b: x.b, link: x.link, state: [...new Set(x.states.filter((s) => s !== 'Unknown'))].join(' / ') }))
  const areas = [...new Set([...graph.nodes.values()].flatMap((n) => n.areas))].sort()
  if (!o.links.length && !o.adjacencies.length)
    return (
      <main>
        <h1>No OSPF was seen</h1>
        <p class="lead">There was no packet of OSPF in this capture: it goes by the IP protocol 89, on the link itself.</p>
      </main>
    )
  return (
    <main>
      <h1 class={o.settled < o.total ? 'bad' : ''}>{verdict(o)}</h1>
      <p class="lead">
        {range(moment(activity.data.first), now)} · {counted(o.routers.length, 'router')} · {counted(o.links.length, 'link')} in the capture
      </p>
      <section aria-label="The network">
        <div class="tools moment">
          {domains.length > 1 && <Choice label="Version" value={shown} options={domains as [string, string][]} onPick={setDomain} />}
          <div class="choice" role="group" aria-label="Moment">
            <button type="button" onClick={() => next(-1)} disabled={current <= begin}>‹ change before</button>
            <button type="button" onClick={() => next(1)} disabled={at === null}>next change ›</button>
            <button type="button" onClick={() => set(null)} disabled={at === null}>The end</button>
          </div>
          <b class="num">
            {at !== null && !sameDay(current, end) && `${day(current)} `}
            {clock(current, 3)} UTC
          </b>
          {topology.busy && topology.data && <span class="faint">…</span>}
        </div>
        <div class="slider">
          <input type="range" min={begin} max={end} step={(end - begin) / 2000 || 1} value={current} aria-label="Moment that is shown" aria-valuetext={`${day(current)} ${clock(current, 3)}`} onInput={(e) => set(Number(e.currentTarget.value))} />
          <svg viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
            {moments.map((m) => (
              <path key={m} d={`M${((m - begin) / (end - begin || 1)) * 1000} 0V6`} />
            ))}
          </svg>
          <Ends from={begin} to={end} />
        </div>
        {topology.error ? <Trouble error={topology.error} /> : !topology.data ? <Waiting /> : (
          <div class="panel mapped">
            <NetworkMap graph={graph} areas={areas} broken={broken} picked={picked} onPick={setPicked} />
            {areas.length > 0 && <p class="legend faint">
              {areas.map((a) => (
                <span key={a}>
                  <svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" style={{ fill: areaColour(areas, a) }} /></svg> area {a}
                </span>
              ))}
              <span>numbers: cost from that end</span>
              {[...graph.edges.values()].some((e) => !e.gone && e.costs.includes(null)) && <span>dashed: described from one end only</span>}
              <span class="bad">red: down, or not there at this moment</span>
            </p>}
          </div>
        )}
        {picked && <Picked graph={graph} id={picked} ospf={o} />}
      </section>
      <section aria-label="Adjacencies">
        <h2>Adjacencies</h2>
        {rows.length ? <Adjacencies rows={rows} from={begin} to={end} at={current} now={now} onMoment={set} /> : <p class="notice">Routers speak, and none has a neighbour.</p>}
      </section>
      <section aria-label="Activity of LSAs">
        <h2>Activity of LSAs</h2>
        <Activity activity={activity.data} from={begin} to={end} onMoment={show} />
      </section>
      <section aria-label="Database">
        <h2>Database at {clock(current, 0)}</h2>
        <Database at={at} still={at !== null} text={text} onText={(q) => setQuery({ q })} />
      </section>
    </main>
  )
}
