// How it stands: what is wrong now, then every peering, a row each, however many.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ApiError, get, type CodeFound, type Ospf, type Overview, type PeeringLine, type Severity, type Sparks } from './api'
import { useData, useLive } from './data'
import { OspfPill } from './ospf'
import { Choice, Link, Margin, SeverityMark, StatePill, Trouble, Waiting } from './parts'
import { findingPath, go, peeringPath, setQuery, type Place } from './route'
import { count, counted, moment, range, span, stamp, title, type Moment } from './words'

const PEERINGS_MOST = 20000

interface List {
  now: string | null
  matched: number
  peerings: PeeringLine[]
}

// ---- all peerings, once; then only those that had a packet since

function usePeerings(code: string | undefined) {
  const { turn } = useLive()
  const [list, setList] = useState<{ code: string | undefined; list: List } | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    const old = list && list.code === code ? list.list : null
    const query = { limit: PEERINGS_MOST, code, since: old && !code ? (old.now ?? undefined) : undefined }
    get<List>('peerings', query, abort.signal)
      .then((got) => {
        const merged = query.since === undefined ? got : merge(old!, got)
        setList({ code, list: merged })
        setError(null)
      })
      .catch((e) => abort.signal.aborted || setError(e))
    return () => abort.abort()
  }, [turn, code])
  return { list: list && list.code === code ? list.list : null, error }
}

function merge(old: List, got: List): List {
  const fresh = new Map(got.peerings.map((p) => [p.id, p]))
  const kept = old.peerings.map((p) => {
    const newer = fresh.get(p.id)
    fresh.delete(p.id)
    return newer ?? p
  })
  return { now: got.now, matched: old.matched + fresh.size, peerings: [...kept, ...fresh.values()] }
}

// UPDATEs of the last day, and sessions lost in it: asked for now and then only.
export interface Sparked {
  updates: Map<string, number[]>
  lost: Map<string, number>
}

const SPARKS_EVERY = 30

function useSparks(): Sparked | null {
  const { turn } = useLive()
  const [sparks, setSparks] = useState<Sparked | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    get<Sparks>('sparks', {}, abort.signal)
      .then((s) => setSparks({ updates: new Map(s.peerings.map((p) => [p.peering, p.updates])), lost: new Map(s.peerings.map((p) => [p.peering, p.lost])) }))
      .catch(() => {}) // the table goes without
    return () => abort.abort()
  }, [Math.floor(turn / SPARKS_EVERY)])
  return sparks
}

// By the clock of the capture, as it goes on while it is watched.
function useClock(live: boolean, now: Moment): Moment {
  const { at } = useLive()
  const [, setBeat] = useState(0)
  useEffect(() => {
    if (!live) return
    const timer = setInterval(() => setBeat((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [live])
  return now === null || !live ? now : now + Math.min(60, (Date.now() - at) / 1000)
}

// ---- filter and sort

const RANK: Record<Severity, number> = { info: 1, warning: 2, error: 3 }
const STATES = ['Unknown', 'Idle', 'Connect', 'Active', 'OpenSent', 'OpenConfirm', 'Established']
const worst = (p: PeeringLine) => (p.worst ? RANK[p.worst.severity] : 0)
const lost = (p: PeeringLine) => Math.max(p.sides[0].lost_count, p.sides[1].lost_count)
const routes = (p: PeeringLine) => p.sides[0].routes + p.sides[1].routes
const since = (p: PeeringLine) => Math.max(moment(p.sides[0].state_since) ?? 0, moment(p.sides[1].state_since) ?? 0)
const low = (p: PeeringLine) => Math.min(...p.sides.map((s) => (s.min_hold_margin_s !== null && p.hold_time ? s.min_hold_margin_s / p.hold_time : 9)))

// So that 10.0.0.9 stands before 10.0.0.10, and IPv4 before IPv6.
function addressKey(address: string): string {
  if (!address.includes(':')) return '4' + address.split('.').map((n) => n.padStart(3, '0')).join('.')
  const [head = '', tail] = address.split('::')
  const left = head ? head.split(':') : []
  const right = tail ? tail.split(':') : []
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return '6' + [...left, ...middle, ...right].map((n) => n.padStart(4, '0')).join(':')
}

type Key = 'worst' | 'address' | 'state' | 'since' | 'margin' | 'routes' | 'lost'
type Compare = (a: PeeringLine, b: PeeringLine) => number
const ORDERS: Record<Key, Compare> = {
  worst: (a, b) => worst(b) - worst(a) || Number(a.up) - Number(b.up) || since(b) - since(a),
  address: () => 0,
  state: (a, b) => Math.min(...a.sides.map((s) => STATES.indexOf(s.state))) - Math.min(...b.sides.map((s) => STATES.indexOf(s.state))),
  since: (a, b) => since(b) - since(a),
  margin: (a, b) => low(a) - low(b),
  routes: (a, b) => routes(b) - routes(a),
  lost: (a, b) => lost(b) - lost(a),
}

const UPS = [
  ['', 'All'],
  ['down', 'Down'],
  ['lost', 'Lost a session'],
  ['up', 'Up'],
] as const
const SEVERITIES = [
  ['', 'Any finding'],
  ['error', 'Errors'],
  ['warning', 'Warnings or worse'],
] as const

function fits(p: PeeringLine, text: string, up: string, severity: string): boolean {
  if (up === 'down' && p.up) return false
  if (up === 'up' && !p.up) return false
  if (up === 'lost' && !lost(p)) return false
  if (severity && worst(p) < RANK[severity as Severity]) return false
  if (!text) return true
  const number = text.replace(/^as/, '')
  return p.id.includes(text) || p.sides.some((s) => String(s.asn) === number || s.router_id?.includes(text))
}

function choose(list: List, query: URLSearchParams): PeeringLine[] {
  const text = (query.get('q') ?? '').trim().toLowerCase()
  const [up, severity] = [query.get('state') ?? '', query.get('severity') ?? '']
  const key = (query.get('sort') ?? 'worst') as Key
  const order = ORDERS[key] ?? ORDERS.worst
  const sign = query.get('reverse') ? -1 : 1
  return list.peerings
    .filter((p) => fits(p, text, up, severity))
    .map((p) => ({ p, key: addressKey(p.sides[0].address) + addressKey(p.sides[1].address) }))
    .sort((a, b) => sign * (order(a.p, b.p) || (a.key < b.key ? -1 : 1)))
    .map((x) => x.p)
}

// ---- what is wrong

const CARDS_MOST = 6

function Card({ found, now }: { found: CodeFound; now: Moment }) {
  const one = found.peerings <= 1
  const last = moment(found.last)
  return (
    <li class={`card sev-${found.severity}`}>
      <SeverityMark severity={found.severity} />
      <div>
        <h3>
          {one ? <Link to={findingPath(found.latest)}>{found.title}</Link> : <Link to={`/?code=${found.code}`}>{`${title(found.code)}: ${counted(found.peerings, 'peering')}`}</Link>}
        </h3>
        <p>
          {found.down > 0 && !one && <b class="bad">{found.down === found.peerings ? 'all down now' : `${count(found.down)} down now`} · </b>}
          {found.down > 0 && one && <b class="bad">down now · </b>}
          {!found.down && found.peerings > 0 && found.severity === 'error' && <span class="ok">session up now · </span>}
          {!one && <Link to={findingPath(found.latest)}>{found.title}</Link>}
          {!one && ' · '}
          {last !== null && `${one && found.findings === 1 ? '' : 'last '}${stamp(last, now, 0)}`}
        </p>
      </div>
    </li>
  )
}

function Cards({ overview }: { overview: Overview }) {
  const now = moment(overview.now)
  const grave = overview.codes.filter((c) => c.severity !== 'info')
  if (!grave.length) return null
  const more = grave.length - CARDS_MOST
  return (
    <section aria-label="What was found">
      <ul class="cards">
        {grave.slice(0, CARDS_MOST).map((c) => (
          <Card key={c.code + c.severity} found={c} now={now} />
        ))}
      </ul>
      {more > 0 && (
        <p class="more">
          <Link to="/findings">{counted(more, 'more kind')} of findings</Link>
        </p>
      )}
    </section>
  )
}

function verdict(o: Overview): string {
  const { total, up } = o.peerings
  if (!total) return o.capture.ospf_packets ? 'No BGP was seen, but OSPF' : 'No BGP was seen'
  if (up === total) return total === 1 ? 'The one peering is up' : `All ${count(total)} peerings are up`
  if (total === 1) return 'The one peering is down'
  if (!up) return `All ${count(total)} peerings are down`
  return `${count(total - up)} of ${count(total)} peerings ${total - up === 1 ? 'is' : 'are'} down`
}

function found({ findings }: Overview): string {
  const words = [
    findings.error && counted(findings.error, 'error'),
    findings.warning && counted(findings.warning, 'warning'),
    findings.info && `${count(findings.info)} info`,
  ]
  return words.filter(Boolean).join(', ') || 'no findings'
}

// ---- the table: only rows that are on the screen exist

const COLUMNS: { key: Key | null; name: string; class: string }[] = [
  { key: 'worst', name: '', class: 'c-mark' },
  { key: 'address', name: 'Peering', class: 'c-sides' },
  { key: 'state', name: 'State', class: 'c-state' },
  { key: 'since', name: 'for', class: 'c-since' },
  { key: 'margin', name: 'Hold margin', class: 'c-margin' },
  { key: 'routes', name: 'Routes sent', class: 'c-routes' },
  { key: null, name: 'Updates', class: 'c-spark' },
  { key: 'lost', name: 'Lost, 24 h', class: 'c-lost' },
  { key: 'worst', name: 'Worst finding', class: 'c-finding' },
]

function Spark({ values }: { values: number[] | undefined }) {
  if (!values?.some((v) => v > 0)) return <span class="faint">–</span>
  const most = Math.max(...values)
  const step = 80 / Math.max(1, values.length - 1)
  // by its root: a table's transfer must not make all else flat
  const line = values.map((v, i) => `${i ? 'L' : 'M'}${(i * step).toFixed(1)} ${(24 - 22 * Math.sqrt(v / most)).toFixed(1)}`).join('')
  return (
    <svg class="spark" viewBox="0 0 80 26" preserveAspectRatio="none" role="img" aria-label={`${count(values.reduce((a, b) => a + b, 0))} UPDATEs in the last day`}>
      <title>{`${count(values.reduce((a, b) => a + b, 0))} UPDATEs, at most ${count(most)} in one interval`}</title>
      <path d={line} />
    </svg>
  )
}

// What is left of a side's hold time: from the last that it heard on.
const leftOf = (s: PeeringLine['sides'][0], hold: number | null, live: Moment) => {
  const heard = moment(s.last_heard)
  return s.state !== 'Established' || heard === null || live === null || !hold ? null : hold - (live - heard)
}

interface RowProps {
  p: PeeringLine
  now: Moment
  live: Moment // null: nobody watches
  sparks: Sparked | null
  index: number
  top: number
}

function Row({ p, now, live, sparks, index, top }: RowProps) {
  const lost = (p: PeeringLine) => sparks?.lost.get(p.id) ?? (sparks?.lost.size ? 0 : Math.max(p.sides[0].lost_count, p.sides[1].lost_count))
  const path = peeringPath(p.id)
  const both = (show: (s: PeeringLine['sides'][0]) => preact.ComponentChildren, name: string) => (
    <div class={name} role="cell">
      {p.sides.map((s) => (
        <div key={s.address}>{show(s)}</div>
      ))}
    </div>
  )
  return (
    <div class={`row${p.up ? '' : ' down'}`} role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }} onClick={() => go(path)}>
      <div class="c-mark" role="cell">
        {p.worst && <SeverityMark severity={p.worst.severity} />}
      </div>
      <div class="c-sides" role="cell">
        <Link to={path}>
          {p.sides.map((s) => (
            <span class="side" key={s.address}>
              <span class="address">{s.address}</span>
              <span class="faint"> {s.asn === null ? '' : `AS ${s.asn}`}</span>
            </span>
          ))}
        </Link>
      </div>
      {both((s) => <StatePill state={s.state} />, 'c-state')}
      {both((s) => <span class="num faint">{since_(s.state_since, now)}</span>, 'c-since')}
      {both((s) => <Margin least={s.min_hold_margin_s} hold={p.hold_time} left={leftOf(s, p.hold_time, live)} />, 'c-margin')}
      {both((s) => <span class="num">{count(s.routes)}</span>, 'c-routes')}
      <div class="c-spark" role="cell">
        <Spark values={sparks?.updates.get(p.id)} />
      </div>
      <div class="c-lost num" role="cell">
        {lost(p) ? <span class="lost">{count(lost(p))}</span> : <span class="faint">–</span>}
      </div>
      <div class="c-finding" role="cell">
        {p.worst && (
          <span class="clamp" title={p.worst.title}>
            {lost(p) > 0 && <span class="lost small">{count(lost(p))} × lost · </span>}
            {p.worst.title}
            {p.findings > 1 && <span class="faint"> +{p.findings - 1}</span>}
          </span>
        )}
      </div>
    </div>
  )
}

const since_ = (t: string | null, now: Moment) => {
  const from = moment(t)
  return from === null || now === null ? '' : span(Math.max(0, now - from))
}

const PHONE = '(max-width: 760px)'

function useRowHeight(): number {
  const [phone, setPhone] = useState(() => matchMedia(PHONE).matches)
  useEffect(() => {
    const media = matchMedia(PHONE)
    const update = () => setPhone(media.matches)
    media.addEventListener('change', update)
    return () => media.removeEventListener('change', update)
  }, [])
  return phone ? 104 : 54
}

const SPARE = 8

function Table({ rows, now, live, query }: { rows: PeeringLine[]; now: Moment; live: boolean; query: URLSearchParams }) {
  const sparks = useSparks()
  const clock = useClock(live, now)
  const height = useRowHeight()
  const body = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ from: 0, to: 40 })
  useEffect(() => {
    let frame = 0
    const look = () => {
      frame = 0
      if (!body.current) return
      const top = -body.current.getBoundingClientRect().top
      const from = Math.max(0, Math.floor(top / height) - SPARE)
      const to = Math.ceil((top + innerHeight) / height) + SPARE
      setView((old) => (old.from === from && old.to === to ? old : { from, to }))
    }
    const later = () => (frame ||= requestAnimationFrame(look))
    look()
    addEventListener('scroll', later, { passive: true })
    addEventListener('resize', later)
    return () => {
      removeEventListener('scroll', later)
      removeEventListener('resize', later)
      cancelAnimationFrame(frame)
    }
  }, [height, rows.length])
  const sort = query.get('sort') ?? 'worst'
  const reverse = Boolean(query.get('reverse'))
  // Arrow keys walk from row to row.
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const links = [...body.current!.querySelectorAll<HTMLAnchorElement>('.c-sides a')]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (at < 0 || !next) return
    event.preventDefault()
    next.focus({ preventScroll: true })
    next.scrollIntoView({ block: 'nearest' })
  }
  const shown = []
  for (let i = view.from; i < Math.min(view.to, rows.length); i++)
    shown.push(<Row key={rows[i]!.id} p={rows[i]!} now={now} live={live ? clock : null} sparks={sparks} index={i} top={i * height} />)
  return (
    <div class="peerings" role="table" aria-label="Peerings" aria-rowcount={rows.length + 1}>
      <div class="row head" role="row">
        {COLUMNS.map((c) => {
          const active = c.key === sort && c.class !== 'c-mark'
          return (
            <div class={c.class} role="columnheader" key={c.class} aria-sort={active ? (reverse ? 'descending' : 'ascending') : undefined}>
              {c.name && !c.key && <span class="faint plain-head">{c.name}</span>}
              {c.name && c.key && (
                <button type="button" class={active ? 'active' : ''} onClick={() => setQuery({ sort: c.key === 'worst' ? undefined : c.key!, reverse: active && !reverse ? '1' : undefined })}>
                  {c.name}
                  <span aria-hidden="true">{active ? (reverse ? ' ▲' : ' ▼') : ''}</span>
                </button>
              )}
            </div>
          )
        })}
      </div>
      <div class="body" role="rowgroup" ref={body} style={{ height: `${rows.length * height}px` }} onKeyDown={walk}>
        {shown}
      </div>
    </div>
  )
}

function Filters({ query, shown, all }: { query: URLSearchParams; shown: number; all: number }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', key)
    return () => removeEventListener('keydown', key)
  }, [])
  const code = query.get('code')
  return (
    <div class="filters" role="search">
      <input
        ref={field}
        type="search"
        placeholder="Address, AS or router ID  ( / )"
        aria-label="Find peerings by address, AS number or router ID"
        value={query.get('q') ?? ''}
        onInput={(e) => setQuery({ q: e.currentTarget.value })}
      />
      <Choice label="State" value={(query.get('state') ?? '') as (typeof UPS)[number][0]} options={UPS} onPick={(state) => setQuery({ state })} />
      <Choice label="Findings" value={(query.get('severity') ?? '') as (typeof SEVERITIES)[number][0]} options={SEVERITIES} onPick={(severity) => setQuery({ severity })} />
      {code && (
        <button type="button" class="chip" onClick={() => setQuery({ code: undefined })} aria-label={`No longer only ${code}`}>
          {code} ✕
        </button>
      )}
      <span class="faint" role="status">
        {shown === all ? counted(all, 'peering') : `${count(shown)} of ${counted(all, 'peering')}`}
      </span>
    </div>
  )
}

// ---- adjacencies: what is wrong first; the rest has a page of its own

const ADJACENCIES_MOST = 8

function Adjacencies() {
  const { data } = useData<Ospf>('ospf')
  if (!data?.adjacencies.length) return null
  const now = moment(data.now)
  return (
    <section aria-label="OSPF adjacencies">
      <h2>
        <Link to="/ospf">OSPF</Link>: {data.settled === data.total ? `${counted(data.total, 'adjacency', 'adjacencies')}, all as they should be` : <span class="bad">{count(data.total - data.settled)} of {counted(data.total, 'adjacency', 'adjacencies')} not complete</span>}
      </h2>
      <ul class="adjacencies brief">
        {data.adjacencies.slice(0, ADJACENCIES_MOST).map((a, i) => (
          <li key={data.standing[i]!.number} class={data.standing[i]!.up ? '' : 'down'}>
            <div class="who">
              {data.standing[i]!.worst && <SeverityMark severity={data.standing[i]!.worst!} />} <Link to="/ospf">{a.link}</Link> <span class="faint">area {a.area}</span>
            </div>
            <div class="states">
              {a.sides.map((s, k) => (
                <div key={k}>
                  <span class="address">{s.router_id}</span> <OspfPill state={s.state} /> <span class="num faint">{since_(s.state_since, now)}</span>
                </div>
              ))}
            </div>
            <div>
              {a.lost_count > 0 && <span class="lost">{count(a.lost_count)} × lost</span>}
              {a.sides.map((s, k) => (
                <div key={k}>
                  <Margin least={s.min_dead_margin_s} hold={s.dead_interval} />
                </div>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {data.adjacencies.length > ADJACENCIES_MOST && (
        <p class="more">
          <Link to="/ospf">All {count(data.total)} adjacencies</Link>
        </p>
      )}
    </section>
  )
}

// So few can be seen at once.
const FEW = 5

export function OverviewView({ place }: { place: Place }) {
  const overview = useData<Overview>('overview')
  const code = place.query.get('code') ?? undefined
  const { list, error } = usePeerings(code)
  const rows = useMemo(() => (list ? choose(list, place.query) : []), [list, place.query.toString()])
  const o = overview.data
  useEffect(() => {
    document.title = o ? `${verdict(o)} – routetap` : 'routetap'
  }, [o])
  if (!o || !list) return <main>{error ? <Trouble error={error} /> : <Waiting />}</main>
  const now = moment(list.now)
  return (
    <main>
      <h1 class={o.peerings.up < o.peerings.total ? 'bad' : ''}>{verdict(o)}</h1>
      <p class="lead">
        {range(moment(o.capture.first), moment(o.capture.last))} · {counted(o.capture.packets, 'packet')} · {counted(o.capture.bgp_messages, 'BGP message')} · {found(o)}
      </p>
      <Cards overview={o} />
      {(list.matched > FEW || place.query.size > 0) && <Filters query={place.query} shown={rows.length} all={list.matched} />}
      {rows.length > 0 && <Table rows={rows} now={now} live={o.live} query={place.query} />}
      {list.matched > 0 && !rows.length && <p class="notice">No peering fits these filters.</p>}
      {o.capture.ospf_packets > 0 && <Adjacencies />}
    </main>
  )
}
