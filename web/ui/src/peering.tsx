// One peering: what is wrong with it, both sides' states over time, and what stands below them, each in a file.
import { useEffect, useMemo } from 'preact/hooks'
import type { Connection, Finding, Notification, Peering, Transition } from './api'
import { Bands, wholeOf, type History } from './bands'
import { Charts, type Span } from './charts'
import { Convergence } from './convergence'
import { useData } from './data'
import { FindingItem } from './finding'
import { Ladder } from './ladder'
import { Opens } from './opens'
import { Link, SeverityMark, StatePill, Trouble, Waiting } from './parts'
import { findingPath, setQuery, type Place } from './route'
import { Connections, Sides } from './sides'
import { Story } from './story'
import { Transfers } from './transfers'
import { count, counted, moment, range, sentence, span, typeName, whoAndWhere, type Moment } from './words'

const DRAWN = 2000

// The span of time that was picked stands in the address, so that it can be kept and sent.
function zoomOf(place: Place): Span | null {
  const [from, to] = [Number(place.query.get('from')), Number(place.query.get('to'))]
  return from > 0 && to > from ? { from, to } : null
}
const setZoom = (zoom: Span | null) => setQuery({ from: zoom?.from.toFixed(6), to: zoom?.to.toFixed(6) })

export function PeeringView({ id, place }: { id: string; place: Place }) {
  const path = `peerings/${encodeURIComponent(id)}`
  const zoom = useMemo(() => zoomOf(place), [place.query.toString()])
  const peering = useData<Peering>(path)
  const there = peering.data ? path : null
  const transitions = useData<{ transitions: Transition[]; next: number | null }>(there && `${path}/transitions`, { limit: DRAWN })
  const notifications = useData<{ notifications: Notification[] }>(there && `${path}/notifications`, { limit: DRAWN })
  const connections = useData<{ connections: Connection[] }>(there && `${path}/connections`, { limit: DRAWN })
  const findings = useData<{ findings: Finding[] }>(there && 'findings', { peering: id, limit: 500, order: 'worst' })
  useEffect(() => {
    document.title = `${id.replace('-', ' – ')} – routetap`
  }, [id])
  const history: History | null = useMemo(() => {
    if (!transitions.data || !notifications.data || !connections.data || !findings.data) return null
    return {
      transitions: [...transitions.data.transitions].reverse(),
      notifications: [...notifications.data.notifications].reverse(),
      connections: [...connections.data.connections].reverse(),
      findings: [...findings.data.findings].sort((a, b) => (moment(a.time) ?? 0) - (moment(b.time) ?? 0)),
    }
  }, [transitions.data, notifications.data, connections.data, findings.data])
  // A place within the page is there only now.
  const drawn = Boolean(peering.data && history)
  useEffect(() => {
    if (drawn && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
  }, [drawn])
  if (peering.error && !peering.data) return <main>{peering.error.status === 404 ? <Missing id={id} /> : <Trouble error={peering.error} />}</main>
  if (!peering.data || !history) return <main><Waiting /></main>
  const p = peering.data
  const now = moment(p.now)
  const worst = findings.data!.findings.filter((f) => !f.code.startsWith('capture-'))
  return (
    <main>
      <Head p={p} now={now} worst={worst[0]} />
      <Inside shown={findings.data!.findings.length > 0} />
      <Section name="States over time">
        <Bands peering={p} history={history} zoom={zoom} setZoom={setZoom} />
        {transitions.data!.next !== null && <p class="faint">Only the latest {count(DRAWN)} changes are drawn.</p>}
      </Section>
      {findings.data!.findings.length > 0 && (
        <Section name="Findings" id="findings">
          <ul class="feed">
            {findings.data!.findings.map((f) => (
              <FindingItem key={f.id} finding={f} now={now} within />
            ))}
          </ul>
        </Section>
      )}
      <Section name="Over time" id="charts">
        <Charts path={path} zoom={zoom} onZoom={setZoom} whole={wholeOf(p, history)} />
      </Section>
      <Section name="Tables on their way">
        <Transfers path={path} addresses={[p.sides[0].address, p.sides[1].address]} now={now} />
      </Section>
      <Convergence peering={p.id} now={now} />
      <Section name="What happened" id="story">
        <Story p={p} history={history} now={now} />
      </Section>
      <Section name="Messages" id="messages">
        <Ladder id={p.id} path={path} addresses={[p.sides[0].address, p.sides[1].address]} zoom={zoom} whole={wholeOf(p, history)} lastChange={moment(history.transitions[history.transitions.length - 1]?.time)} />
      </Section>
      <Section name="What both sides offer" id="opens">
        <Opens opens={p.opens} offers={p.offers} now={now} />
      </Section>
      <Section name="Both sides" id="sides">
        <Sides p={p} />
      </Section>
      <Section name="TCP connections">
        <Connections list={connections.data!.connections} now={now} />
      </Section>
    </main>
  )
}

// The page is long: where its parts stand.
const PARTS = [
  ['findings', 'Findings'],
  ['charts', 'Over time'],
  ['story', 'What happened'],
  ['messages', 'Messages'],
  ['opens', 'OPENs'],
  ['sides', 'Both sides, TCP'],
] as const

const Inside = ({ shown }: { shown: boolean }) => (
  <nav class="inside" aria-label="Parts of this page">
    {PARTS.filter(([id]) => shown || id !== 'findings').map(([id, name]) => (
      <a key={id} href={`#${id}`}>
        {name}
      </a>
    ))}
  </nav>
)

const Missing = ({ id }: { id: string }) => (
  <>
    <h1>There is no such peering</h1>
    <p>
      {id} is not in this analysis. <Link to="/">To the overview</Link>
    </p>
  </>
)

function Section({ name, id, children }: { name: string; id?: string; children: preact.ComponentChildren }) {
  return (
    <section aria-label={name} id={id}>
      <h2>{name}</h2>
      {children}
    </section>
  )
}

/** "AS 1221 Telstra Pty Ltd, AU"; nothing if no database knows it. */
function Head({ p, now, worst }: { p: Peering; now: Moment; worst: Finding | undefined }) {
  const end = p.sides.map((s) => (
    <div class="end" key={s.address}>
      <h1 class="address">{s.address}</h1>
      <p class="faint">
        {s.asn === null ? 'AS not known' : `AS ${s.asn}`}
        {s.asn_inferred && ' (inferred)'}
        {s.router_id && s.router_id !== s.address && ` · router ID ${s.router_id}`}
      </p>
      {whoAndWhere(s.geo) && <p class="faint">{whoAndWhere(s.geo)}</p>}
      <p>
        <StatePill state={s.state} />{' '}
        <span class="faint">{moment(s.state_since) !== null && now !== null && `for ${span(now - moment(s.state_since)!)}`}</span>
      </p>
    </div>
  ))
  return (
    <>
      <p class="crumbs">
        <Link to="/">Overview</Link> / {typeName(p.type) || 'BGP'} peering
      </p>
      <div class="ends">
        {end[0]}
        <svg class={p.up ? 'link up' : 'link'} viewBox="0 0 60 12" aria-hidden="true">
          {p.up ? <path d="M0 6H60" /> : <path d="M0 6H22M38 6H60M25 1l10 10M35 1l-10 10" />}
        </svg>
        {end[1]}
      </div>
      {worst && worst.severity !== 'info' && (
        <p class={`verdict sev-${worst.severity}`}>
          <SeverityMark severity={worst.severity} /> {p.up && worst.severity === 'error' && <span class="faint">up now; before: </span>}
          <Link to={findingPath(worst.id)}>{p.up && worst.severity === 'error' ? worst.title : sentence(worst.title)}</Link>
        </p>
      )}
      <p class="lead">
        {range(moment(p.first), moment(p.last))} · {counted(p.packets, 'packet')} · {counted(p.connections, 'connection')}
        {p.hold_time !== null && ` · hold time ${p.hold_time ? `${p.hold_time} s` : 'none'}`}
        {p.midway && ' · joined in mid-session'}
      </p>
    </>
  )
}
