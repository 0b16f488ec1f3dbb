// How it stands: what is wrong now, then every peering, a row each, however many.
import { useEffect, useMemo } from 'preact/hooks'
import type { CodeFound, Ospf, Overview } from './api'
import { useData } from './data'
import { choose, usePeerings } from './list'
import { OspfPill } from './adjacencies'
import { verdict as ospfVerdict } from './ospf'
import { Link, Margin, SeverityMark, Trouble, Waiting } from './parts'
import { findingPath, type Place } from './route'
import { Filters, Table } from './table'
import { count, counted, moment, range, sentence, since, stamp, title, type Moment } from './words'

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
          {one ? <Link to={findingPath(found.latest)}>{sentence(found.title)}</Link> : <Link to={`/?code=${found.code}`}>{`${title(found.code)}: ${counted(found.peerings, 'peering')}`}</Link>}
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

const isDown = (o: Overview, ospf: Ospf | null) => o.peerings.up < o.peerings.total || (ospf !== null && ospf.settled < ospf.total)

function verdict(o: Overview, ospf: Ospf | null): string {
  const words = [o.peerings.total > 0 && bgpVerdict(o), ospf && ospf.total > 0 && (ospf.settled < ospf.total || !o.peerings.total) && ospfVerdict(ospf, o.peerings.total > 0)].filter((w) => typeof w === 'string')
  if (words.length) return words.map((w, i) => (i ? lower(w) : w)).join('; ')
  if (o.capture.ospf_packets) return 'OSPF was heard, but no adjacency; no BGP'
  return o.capture.packets ? 'Neither BGP nor OSPF was heard' : o.live ? 'Nothing was heard yet' : 'Nothing was heard'
}

function bgpVerdict(o: Overview): string {
  const { total, up } = o.peerings
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

// ---- adjacencies: what is wrong first; the rest has a page of its own

const ADJACENCIES_MOST = 8

function Adjacencies({ data }: { data: Ospf }) {
  if (!data.adjacencies.length) return null
  const now = moment(data.now)
  return (
    <section aria-label="OSPF adjacencies">
      <h2>
        <Link to="/ospf">OSPF</Link>: <span class={data.settled < data.total ? 'bad' : ''}>{lower(ospfVerdict(data, false))}</span>
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
                  <span class="address">{s.router_id}</span> <OspfPill state={s.state} /> <span class="num faint">{since(s.state_since, now)}</span>
                </div>
              ))}
            </div>
            <div class="margins">
              {a.lost_count > 0 && <span class="lost">{count(a.lost_count)} × lost</span>}
              {a.sides.some((s) => s.min_dead_margin_s !== null) && (
                <>
                  <span class="faint"> least dead margin</span>
                  {a.sides.map((s, k) => (
                    <div key={k}>
                      <Margin least={s.min_dead_margin_s} hold={s.dead_interval} />
                    </div>
                  ))}
                </>
              )}
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

// Nothing to show: where it may be.
const Silence = ({ live }: { live: boolean }) => (
  <p class="notice under-lead">
    {live ? 'It listens, and shows peerings as soon as one says something: a KEEPALIVE comes every minute or so, a Hello of OSPF every ten seconds. ' : ''}
    BGP is TCP of port 179, OSPF the IP protocol 89: where nothing of them passes, the span port or the interface may be the wrong one. <Link to="/capture">What came at all</Link>
  </p>
)

const lower = (text: string) => text[0]!.toLowerCase() + text.slice(1)

// So few can be seen at once.
const FEW = 5

export function OverviewView({ place }: { place: Place }) {
  const overview = useData<Overview>('overview')
  const code = place.query.get('code') ?? undefined
  const { list, error } = usePeerings(code)
  const rows = useMemo(() => (list ? choose(list, place.query) : []), [list, place.query.toString()])
  const o = overview.data
  const ospf = useData<Ospf>(o && o.capture.ospf_packets > 0 ? 'ospf' : null).data
  const told = o && verdict(o, ospf)
  useEffect(() => {
    document.title = told ? `${told} – routetap` : 'routetap'
  }, [told])
  if (!o || !list) return <main>{error ? <Trouble error={error} /> : <Waiting />}</main>
  const now = moment(list.now)
  return (
    <main>
      <h1 class={isDown(o, ospf) ? 'bad' : ''}>{told}</h1>
      {o.capture.packets > 0 && (
        <p class="lead">
          {range(moment(o.capture.first), moment(o.capture.last))} · {counted(o.capture.packets, 'packet')} · {o.capture.bgp_packets > 0 && `${counted(o.capture.bgp_messages, 'BGP message')} · `}
          {found(o)}
        </p>
      )}
      {!o.capture.bgp_packets && !o.capture.ospf_packets && <Silence live={o.live} />}
      <Cards overview={o} />
      {(list.matched > FEW || place.query.size > 0) && <Filters query={place.query} shown={rows.length} all={list.matched} />}
      {rows.length > 0 && <Table rows={rows} now={now} live={o.live} query={place.query} />}
      {list.matched > 0 && !rows.length && <p class="notice">No peering fits these filters.</p>}
      {ospf && <Adjacencies data={ospf} />}
    </main>
  )
}
