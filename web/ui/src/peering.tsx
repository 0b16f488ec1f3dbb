// One peering: what is wrong with it, both sides' states over time, what both offered, and what happened, in order.
import { useEffect, useMemo } from 'preact/hooks'
import type { Connection, Finding, Notification, Offer, Open, Peering, Side, Transition } from './api'
import { Bands, connectionWords, wholeOf, type History } from './bands'
import { Charts, type Span } from './charts'
import { useData } from './data'
import { FindingItem } from './finding'
import { Ladder } from './ladder'
import { Fact, Link, Margin, place, SeverityMark, StatePill, Table, Trouble, Waiting } from './parts'
import { findingPath, setQuery, type Place } from './route'
import { Convergence } from './convergence'
import { Transfers } from './transfers'
import { bytes, clock, count, counted, day, familiesIn, familyName, moment, percent, plain, range, sameDay, sentence, span, stamp, typeName, whoAndWhere, type Moment } from './words'

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

// ---- what happened, in order: a ladder between the two

interface Step {
  t: Moment
  frame: number | null
  file?: string | undefined
  side: number // -1: both
  what: preact.ComponentChildren
  kind: string
}

const STORY_MOST = 400

function stepsOf(p: Peering, h: History): Step[] {
  const side = (address: string | null) => (address === p.sides[0].address ? 0 : address === p.sides[1].address ? 1 : -1)
  const steps: Step[] = []
  for (const t of h.transitions)
    steps.push({
      t: moment(t.time),
      frame: t.frame,
      file: t.file,
      side: side(t.side),
      kind: 'transition',
      what: (
        <>
          <span class="faint">{t.from} →</span> <StatePill state={t.to} /> <span class="faint">{plain(t.cause)}</span>
        </>
      ),
    })
  for (const n of h.notifications)
    steps.push({
      t: moment(n.time),
      frame: n.frame,
      file: n.file,
      side: side(n.from),
      kind: 'notification',
      what: (
        <>
          <b>NOTIFICATION</b> {n.code}/{n.subcode} {n.name}
          {n.inner && ` (${n.inner.name})`}
          {n.text && <q>{n.text}</q>}
          {n.data && !n.text && <code title="data of the NOTIFICATION">{n.data.length > 48 ? `${n.data.slice(0, 48)}…` : n.data}</code>}
        </>
      ),
    })
  for (const c of h.connections) {
    if (c.opened) steps.push({ t: moment(c.opened), frame: null, side: side(c.active), kind: 'tcp', what: <>opens TCP {c.ports.join(' – ')}</> })
    if (c.closed) steps.push({ t: moment(c.closed), frame: null, side: side(c.end_by), kind: 'tcp', what: <>{END[c.end]} {c.ports.join(' – ')}</> })
  }
  for (const f of h.findings)
    if (f.time)
      steps.push({
        t: moment(f.time),
        frame: null,
        side: -1,
        kind: `finding sev-${f.severity}`,
        what: (
          <>
            <SeverityMark severity={f.severity} /> <Link to={findingPath(f.id)}>{sentence(f.title)}</Link>
          </>
        ),
      })
  const rank = (s: Step) => (s.kind === 'tcp' ? 0 : s.kind === 'notification' ? 1 : s.kind === 'transition' ? 2 : 3)
  return steps.filter((s) => s.t !== null).sort((a, b) => a.t! - b.t! || rank(a) - rank(b))
}

const END: Record<Connection['end'], string> = {
  open: 'leaves open TCP',
  fin: 'closes TCP',
  reset: 'resets TCP',
  timeout: 'gives up TCP',
  refused: 'refuses TCP',
  'no-reply': 'has no answer on TCP',
}

function Story({ p, history, now }: { p: Peering; history: History; now: Moment }) {
  const all = useMemo(() => stepsOf(p, history), [p, history])
  if (!all.length) return <p class="notice">Nothing but messages of a running session was seen.</p>
  const steps = all.slice(-STORY_MOST)
  let before: Moment = null
  return (
    <>
      {all.length > STORY_MOST && <p class="faint">The latest {count(STORY_MOST)} of {count(all.length)}.</p>}
      <ol class="story">
        <li class="sides" aria-hidden="true">
          <span class="time faint">UTC</span>
          <span class="address">{p.sides[0].address}</span>
          <span class="address">{p.sides[1].address}</span>
        </li>
        {steps.map((s, i) => {
          const gap = before === null ? 0 : s.t! - before
          const newDay = before === null ? now === null || !sameDay(s.t!, now) : !sameDay(s.t!, before)
          before = s.t
          return (
            <li key={i} class={`step ${s.kind} on-${s.side < 0 ? 'both' : s.side}`}>
              {gap >= 1 && <span class="gap faint">{span(gap)} later</span>}
              <span class="time num" title={`${day(s.t!)} ${clock(s.t!, 6)} UTC`}>
                {newDay && `${day(s.t!)} `}
                {clock(s.t!, 3)}
                <span class="fine">{clock(s.t!, 6).slice(-3)}</span>
              </span>
              <span class="what">
                {s.side >= 0 && <span class="who address">{p.sides[s.side as 0 | 1].address}</span>}
                {s.what}
                {place(s.frame, s.file) && <span class="frame faint"> {place(s.frame, s.file)}</span>}
              </span>
            </li>
          )
        })}
      </ol>
    </>
  )
}

// ---- both OPENs

const FIT_WORDS: Record<Offer['fit'], string> = { plain: '', agreed: 'both', 'one-sided': 'one side only', conflict: 'conflict' }

function Opens({ opens, offers, now }: { opens: [Open, Open]; offers: Offer[]; now: Moment }) {
  if (!offers.length) return <p class="notice">No OPEN was seen: the capture began when the session was up, or none was sent.</p>
  const apart = opens[0].seen && opens[1].seen && opens[0].connection !== opens[1].connection
  return (
    <>
      {apart && <p class="notice">The two OPENs are of different connections: the latest that each side sent.</p>}
      <div class="scroll">
        <table class="offers">
          <thead>
            <tr>
              <th scope="col">From the OPENs</th>
              {opens.map((o) => (
                <th scope="col" key={o.address}>
                  <span class="address">{o.address}</span>
                  <span class="faint">
                    {o.seen ? `${stamp(moment(o.time), now)}, ${place(o.frame ?? null, o.file)}` : 'no OPEN was seen'}
                    {o.cut && ', cut by the capture'}
                  </span>
                </th>
              ))}
              <th scope="col">In use</th>
            </tr>
          </thead>
          <tbody>
            {offers.map((o) => (
              <tr key={o.key} class={`fit-${o.fit}`}>
                <th scope="row">{familiesIn(o.name)}</th>
                {o.offers.map((text, i) => (
                  <td key={i} data-side={opens[i]!.address}>
                    {text !== null ? familiesIn(text) : <span class="faint">{opens[i]!.seen ? '–' : '?'}</span>}
                  </td>
                ))}
                <td data-side="together:" class={o.use === null && o.fit !== 'conflict' ? 'nothing' : ''}>
                  {o.use !== null && familiesIn(o.use)}
                  {o.fit === 'conflict' && <span class="tag bad">{FIT_WORDS.conflict}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {opens.some((o) => o.faults?.length) && (
        <ul class="faults">
          {opens.flatMap((o) => (o.faults ?? []).map((f) => <li key={o.address + f}>{o.address}: {f}</li>))}
        </ul>
      )}
    </>
  )
}

// ---- figures of both sides

function Sides({ p }: { p: Peering }) {
  return (
    <div class="two">
      {p.sides.map((s, i) => (
        <SideFacts key={s.address} s={s} other={p.sides[i ? 0 : 1]} hold={p.hold_time} />
      ))}
    </div>
  )
}

function SideFacts({ s, other, hold }: { s: Side; other: Side; hold: number | null }) {
  const m = s.messages
  const t = s.tcp
  const routes = Object.entries(s.routes)
  return (
    <div class="panel">
      <h3 class="address">{s.address}</h3>
      <dl>
        <Fact name="Least hold time left">
          <Margin least={s.min_hold_margin_s} hold={hold} wide />
        </Fact>
        <Fact name="Established">
          {s.established_count ? `${count(s.established_count)} ×` : 'never'}
          {s.lost_count > 0 && <>, <b class="bad">lost {count(s.lost_count)} ×</b></>}
        </Fact>
        <Fact name={`Routes that ${other.address} has from it`}>
          {routes.length ? routes.map(([family, n]) => <div key={family}>{count(n)} {familyName(family)}</div>) : 'none'}
        </Fact>
        <Fact name="Announced, withdrawn">{count(s.announced)}, {count(s.withdrawn)}</Fact>
        <Fact name="Messages sent">
          {counted(m.update, 'UPDATE')}, {counted(m.keepalive, 'KEEPALIVE')}, {counted(m.open, 'OPEN')}
          {m.notification > 0 && `, ${counted(m.notification, 'NOTIFICATION')}`}
          {m.route_refresh > 0 && `, ${counted(m.route_refresh, 'ROUTE-REFRESH', 'ROUTE-REFRESHes')}`}
        </Fact>
        <Fact name="TCP sent">{counted(t.segments, 'segment')}, {bytes(t.bytes)}</Fact>
        <Fact name="Sent again">
          {t.retransmissions ? <b class={t.retransmissions * 50 > t.segments ? 'bad' : ''}>{count(t.retransmissions)} ({percent(t.retransmissions, t.segments + t.retransmissions)})</b> : 'nothing'}
        </Fact>
        <Fact name="Receive window shut">{t.zero_windows ? <b class="bad">{count(t.zero_windows)} ×, {span(t.zero_window_s)} in all</b> : 'never'}</Fact>
        {t.rtt_mean_s !== undefined && <Fact name="Round trip from the tap">{span(t.rtt_mean_s)}, least {span(t.rtt_min_s!)}</Fact>}
        <Fact name="MSS, TTL">
          {t.mss ?? '–'}, {t.ttl ?? '–'}
        </Fact>
        <Fact name="Signed">{t.ao ? 'TCP-AO' : t.md5 ? 'TCP-MD5' : 'no'}</Fact>
        {t.missed_bytes > 0 && <Fact name="Missed by the capture"><b class="bad">{bytes(t.missed_bytes)}</b></Fact>}
        {t.duplicates > 0 && <Fact name="Twice in the capture">{counted(t.duplicates, 'packet')}</Fact>}
      </dl>
    </div>
  )
}

function Connections({ list, now }: { list: Connection[]; now: Moment }) {
  if (!list.length) return <p class="notice">None was seen.</p>
  return (
    <Table heads={['Opened', 'For', 'Ports', 'By', 'End', 'Established']}>
      {list.slice(0, STORY_MOST).map((c) => {
        const [a, b] = [moment(c.opened), moment(c.closed)]
        return (
          <tr key={c.id} title={connectionWords(c)}>
            <td class="num">{stamp(a, now)}</td>
            <td class="num">{a !== null && (b ?? now) !== null ? span((b ?? now)! - a) : '–'}</td>
            <td class="num">{c.ports.join(' – ')}</td>
            <td class="address">{c.active ?? '–'}</td>
            <td>
              {c.end === 'open' ? 'still open' : plain(c.end)}
              {c.end_by && c.end !== 'open' && <span class="faint"> by {c.end_by}</span>}
            </td>
            <td>{c.established ? 'yes' : 'no'}</td>
          </tr>
        )
      })}
    </Table>
  )
}
