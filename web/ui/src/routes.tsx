// A prefix or an address: who announces it, since when and with what, and what became of it.
import { useEffect, useState } from 'preact/hooks'
import { ApiError, get, type Overview, type RouteChange, type RoutesFound } from './api'
import { useData } from './data'
import { Link, Trouble } from './parts'
import { peeringPath, setQuery, type Place } from './route'
import './routes.css'
import { Tree } from './tree'
import { clock, count, counted, day, familyName, moment, plain, sameDay, span, whoAndWhere } from './words'

const value = (r: RouteChange, name: string): string => {
  const found = r.attributes?.find((a) => a.name === name)?.value
  return found === undefined || found === null ? '' : typeof found === 'object' ? JSON.stringify(found) : String(found)
}

// What is told of it at a glance; the rest behind a click.
const SHOWN = ['ORIGIN', 'MULTI_EXIT_DISC', 'LOCAL_PREF', 'COMMUNITIES', 'COMMUNITY', 'LARGE_COMMUNITY', 'EXTENDED COMMUNITIES']
const LISTED = 12

// Of families but IPv4 unicast it stands in MP_REACH_NLRI: RFC 4760 3.
function nextHop(r: RouteChange): string {
  const reach = r.attributes?.find((a) => a.name === 'MP_REACH_NLRI')?.value as { next_hop?: unknown } | undefined
  return value(r, 'NEXT_HOP') || (typeof reach?.next_hop === 'string' ? reach.next_hop : '')
}

const Named = ({ name, text, strong }: { name: string; text: string; strong?: boolean }) => (
  <span>
    <span class="faint">{name}</span> {strong ? <b class="address">{text}</b> : <span class="address">{text}</span>}
  </span>
)

function atAGlance(v: unknown): string | null {
  if (Array.isArray(v)) return v.every((x) => typeof x !== 'object') ? v.slice(0, LISTED).join(' ') + (v.length > LISTED ? ` and ${v.length - LISTED} more` : '') : null
  return v === null || v === undefined || typeof v === 'object' ? null : String(v)
}

function Attributes({ r }: { r: RouteChange }) {
  const told = (r.attributes ?? []).map((a) => ({ ...a, text: atAGlance(a.value) })).filter((a) => a.name && a.text && SHOWN.includes(a.name.toUpperCase()))
  return (
    <span class="attributes">
      {value(r, 'AS_PATH') && <Named name="AS path" text={value(r, 'AS_PATH')} strong />}
      {nextHop(r) && <Named name="next hop" text={nextHop(r)} />}
      {r.labels && r.labels.length > 0 && <Named name={r.labels.length > 1 ? 'labels' : 'label'} text={r.labels.join(' ')} />}
      {told.map((a) => (
        <Named key={a.code} name={a.name!.toLowerCase().replace(/_/g, ' ').replace('multi exit disc', 'MED').replace('local pref', 'local preference')} text={a.text!} />
      ))}
    </span>
  )
}

// What is known besides what its speaker says: who the addresses belong to, and whether that is who originates it.
function Known({ r }: { r: RouteChange }) {
  const { rpki, geo } = r
  if (!rpki && !geo) return null
  const next = whoAndWhere(geo?.next_hop)
  return (
    <span class="attributes known">
      {rpki && (
        <span class={rpki === 'invalid' ? 'wrong' : ''}>
          <span class="faint">RPKI</span> {rpki === 'not-found' ? 'not found' : rpki}
        </span>
      )}
      {geo && (
        <span>
          <span class="faint">addresses of</span> {whoAndWhere(geo.prefix) || 'unknown'}
        </span>
      )}
      {geo && (
        <span class={geo.origin === 'other' ? 'wrong' : ''} title="Whether the AS that originates it is the one that the database has for it">
          <span class="faint">origin as in the database</span> {geo.origin === 'same' ? 'yes' : geo.origin === 'other' ? `no (it has AS ${geo.prefix.asn})` : 'unknown'}
        </span>
      )}
      {next && (
        <span>
          <span class="faint">next hop belongs to</span> {next}
        </span>
      )}
    </span>
  )
}

const when = (text: string, before: number | null) => {
  const t = moment(text)!
  return `${before === null || !sameDay(t, before) ? `${day(t)} ` : ''}${clock(t, 3)}`
}

function Now({ found }: { found: RoutesFound }) {
  const groups = new Map<string, RoutesFound['routes']>()
  for (const r of found.routes) groups.set(r.route.prefix, [...(groups.get(r.route.prefix) ?? []), r])
  const bits = (prefix: string) => Number(prefix.split('/')[1] ?? 0)
  const list = [...groups].sort((a, b) => bits(b[0]) - bits(a[0]))
  if (!list.length) return <p class="notice">{found.changes.length ? 'Nobody announces it now; what became of it stands below.' : 'Nobody announces it, and nobody did as far as was heard. A prefix is found only as it is written; an address, in all prefixes that it lies in.'}</p>
  return (
    <>
      {list.map(([prefix, routes], i) => (
        <div class="panel announced" key={prefix}>
          <h3 class="address">
            {prefix} {i === 0 && list.length > 1 && <span class="tag">longest match</span>}
          </h3>
          <ul>
            {routes.map((r, k) => (
              <li key={k}>
                <span>
                  from <Link to={peeringPath(r.route.peering)}><span class="address">{r.route.from}</span></Link>
                  <span class="faint"> {familyName(r.route.family)}{r.route.path_id !== undefined && `, path ${r.route.path_id}`}{r.route.rd && `, RD ${r.route.rd}`}</span>
                </span>
                <span class="num faint">
                  since {when(r.since, null)} UTC{r.partial && ', or before: the capture joined in mid-session'}
                </span>
                {r.stale && (
                  <span class="tag warn" title="It outlived its session by graceful restart, and was not announced again since">
                    stale
                  </span>
                )}
                <Attributes r={r.route} />
                <Known r={r.route} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  )
}

const PARTIAL_FEW = 6

// Whose tables may hold more: what is not shown may be there all the same.
function Partial({ found }: { found: RoutesFound }) {
  if (!found.partial_sides) return null
  const more = found.partial_sides - Math.min(PARTIAL_FEW, found.partial.length)
  return (
    <p class="notice partial">
      Partial: not all that{' '}
      {found.partial.slice(0, PARTIAL_FEW).map((t, i, all) => (
        <span key={`${t.peering} ${t.from}`}>
          {i > 0 && (i === all.length - 1 && !more ? ' and ' : ', ')}
          <Link to={peeringPath(t.peering)}>
            <span class="address">{t.from}</span>
          </Link>
        </span>
      ))}
      {more > 0 && ` and ${counted(more, 'more')}`} said is in the capture: there may be routes that are not shown here.
    </p>
  )
}

const MARK: Record<RouteChange['what'], string> = { announced: '+', changed: '~', 'announced-again': '=', withdrawn: '−', 'lost-with-session': '×', 'stale-removed': '×' }

function Change({ c, before }: { c: RouteChange; before: number | null }) {
  const [open, setOpen] = useState(false)
  const { attributes, changes } = c
  const more = Boolean(attributes?.length || changes)
  return (
    <li class={`what-${c.what}`}>
      <span class="num time">{when(c.time, before)}</span>
      <span class="mark" aria-hidden="true">{MARK[c.what]}</span>
      <span>
        <Link to={`${peeringPath(c.peering)}?from=${(moment(c.time)! - 2).toFixed(6)}&to=${(moment(c.time)! + 2).toFixed(6)}#messages`} title="Among the messages of that moment">
          <span class="address">{c.from}</span>
        </Link>{' '}
        <b>{plain(c.what)}</b> <span class="address">{c.prefix}</span>
        {c.lived !== undefined && <span class="faint"> after {span(c.lived)}</span>} <Attributes r={c} />
        {more && (
          <button type="button" class="plainly linked" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'fewer attributes' : 'all attributes'}
          </button>
        )}
        {open && (
          <span class="opened">
            {changes && <Tree value={{ changes }} />}
            {attributes && <Tree value={{ attributes }} />}
          </span>
        )}
      </span>
    </li>
  )
}

const MANY = 200

export function RoutesView({ place }: { place: Place }) {
  const q = place.query.get('q') ?? ''
  const [text, setText] = useState(q)
  const [state, setState] = useState<{ q: string; found: RoutesFound | null; error: ApiError | null }>({ q: '', found: null, error: null })
  const [most, setMost] = useState(MANY)
  const overview = useData<Overview>('overview')
  useEffect(() => {
    document.title = `${q ? `${q} – ` : ''}Routes – routetap`
    setText(q)
    setMost(MANY)
    if (!q) return
    const abort = new AbortController()
    setState({ q, found: null, error: null })
    get<RoutesFound>('routes', { q }, abort.signal)
      .then((found) => setState({ q, found, error: null }))
      .catch((error) => abort.signal.aborted || setState({ q, found: null, error }))
    return () => abort.abort()
  }, [q])
  const submit = (event: Event) => {
    event.preventDefault()
    setQuery({ q: text.trim() })
  }
  const found = state.q === q ? state.found : null
  const latest = found ? [...found.changes].reverse() : []
  let before: number | null = null
  return (
    <main>
      <h1>Routes</h1>
      <form class="find" role="search" onSubmit={submit}>
        <input type="search" value={text} placeholder="192.0.2.0/24, 192.0.2.1, 2001:db8::/32" aria-label="A prefix, or an address" autofocus={!q} onInput={(e) => setText(e.currentTarget.value)} />
        <button type="submit">Find</button>
      </form>
      {!q && <p class="lead">A prefix is looked for as it is; an address, in all prefixes that it lies in.</p>}
      {overview.data?.capture.bgp_packets === 0 && <p class="notice">No BGP was heard in this capture: there are no routes of it. What OSPF says stands on its own page.</p>}
      {q && state.error && <Trouble error={state.error} />}
      {q && !found && !state.error && <p class="notice faint" role="status">Looking through what was said …</p>}
      {found && (
        <>
          <section aria-label="Now">
            <h2>Who announces {q}</h2>
            <Partial found={found} />
            <Now found={found} />
          </section>
          {latest.length > 0 && (
            <section aria-label="What became of it">
              <h2>What became of it</h2>
              <p class="faint">
                {counted(found.changes.length + found.left_out, 'change')}, the latest first
                {found.left_out > 0 && `; the ${count(found.left_out)} oldest are left out`}
              </p>
              <ol class="changes">
                {latest.slice(0, most).map((c, i) => {
                  const row = <Change key={i} c={c} before={before} />
                  before = moment(c.time)
                  return row
                })}
              </ol>
              {latest.length > most && (
                <p class="more">
                  <button type="button" onClick={() => setMost(most * 5)}>Show more</button>
                </p>
              )}
            </section>
          )}
          <p class="faint under">
            {found.source === 'database' ? 'From the routes that the database keeps.' : found.source === 'files' ? 'Read again from the captures.' : 'Read again from the packets of the evidence: what went out of it is not told here.'}
            {!found.complete && ' The capture is large: reading was given up after twenty seconds.'}
          </p>
        </>
      )}
    </main>
  )
}
