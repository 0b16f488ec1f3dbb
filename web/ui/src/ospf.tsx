// OSPF: the map at any moment, every adjacency with both sides' states over time, what LSAs do, and the database.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ApiError, get, type Adjacency, type Lsdb, type Ospf, type OspfActivity, type OspfState, type Query, type Topology } from './api'
import { Chart } from './chart'
import { useData, useLive, useWidth } from './data'
import { graphOf, layOut, withShadows, type Graph } from './graph'
import { areaColour, NetworkMap, type Broken } from './map'
import './ospf.css'
import { Choice, Fact, SeverityMark, Trouble, Waiting } from './parts'
import { setQuery, type Place } from './route'
import { Tree } from './tree'
import { clock, count, counted, day, moment, range, sameDay, span, stamp, type Moment } from './words'

// What takes its time to be answered is asked again only now and then.
function useAsked<T>(path: string, query: Query, still: boolean): { data: T | null; error: ApiError | null; busy: boolean } {
  const { turn } = useLive()
  const [state, setState] = useState<{ data: T | null; error: ApiError | null; busy: boolean }>({ data: null, error: null, busy: true })
  const key = path + JSON.stringify(query)
  useEffect(() => {
    const abort = new AbortController()
    setState((old) => ({ ...old, busy: true }))
    const timer = setTimeout(
      () =>
        get<T>(path, query, abort.signal)
          .then((data) => setState({ data, error: null, busy: false }))
          .catch((error) => abort.signal.aborted || setState((old) => ({ ...old, error, busy: false }))),
      120,
    )
    return () => (clearTimeout(timer), abort.abort())
  }, [key, still ? 0 : Math.floor(turn / 5)])
  return state
}

const iso = (t: number) => `${new Date(Math.floor(t) * 1000).toISOString().slice(0, 19)}.${String(Math.floor((t % 1) * 1e6 + 0.3)).padStart(6, '0')}Z`

export const OspfPill = ({ state }: { state: OspfState }) => <span class={`pill os-${state}`}>{state}</span>

const TYPES: Record<number, string> = { 1: 'router', 2: 'network', 3: 'summary', 4: 'ASBR summary', 5: 'external', 7: 'NSSA external', 8: 'link', 9: 'opaque link', 10: 'opaque area', 11: 'opaque AS', 0x2001: 'router', 0x2002: 'network', 0x2003: 'inter-area prefix', 0x2004: 'inter-area router', 0x4005: 'external', 0x2007: 'NSSA external', 0x2009: 'intra-area prefix' }
const typeOf = (type: number) => TYPES[type] ?? `type 0x${type.toString(16)}`

// ---- states of adjacencies over time

interface Piece {
  from: number
  to: number
  state: OspfState
}

function piecesOf(o: Ospf, number: number, side: 0 | 1, from: number, to: number, end: OspfState): Piece[] {
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

const stateAt = (pieces: Piece[], t: number): OspfState => pieces.find((p) => t >= p.from && t < p.to)?.state ?? pieces[pieces.length - 1]?.state ?? 'Unknown'
const isWell = (a: OspfState, b: OspfState) => (a === 'Full' && b === 'Full') || (a === '2-Way' && b === '2-Way')

interface Row {
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
const Ends = ({ from, to }: { from: number; to: number }) => (
  <p class="ends-at faint num">
    <span>{stamp(from, to, 0)}</span>
    <span>{clock(to, 0)} UTC</span>
  </p>
)

const ROWS = 40

function Adjacencies({ rows, from, to, at, now, onMoment }: { rows: Row[]; from: number; to: number; at: number; now: Moment; onMoment: (t: number) => void }) {
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
        {[...new Set(rows.slice(0, most).flatMap((r) => r.pieces.flatMap((p) => p.map((x) => x.state))))].map((state) => (
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

// ---- the database

function Database({ at, still, text, onText }: { at: number | null; still: boolean; text: string; onText: (t: string) => void }) {
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

// ---- what LSAs do

const KINDS = [
  ['changed', '--error'],
  ['new', '--established'],
  ['flushed', '--active'],
  ['refreshed', '--idle'],
] as const

function Activity({ activity, from, to, onMoment }: { activity: OspfActivity; from: number; to: number; onMoment: (t: number) => void }) {
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
    return { a, standing, pieces: [0, 1].map((s) => piecesOf(o, standing.number, s as 0 | 1, begin, end, a.sides[s as 0 | 1].state)) as [Piece[], Piece[]] }
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
