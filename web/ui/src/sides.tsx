// Figures of both sides of a peering, and its TCP connections.
import type { Connection, Peering, Side } from './api'
import { connectionWords } from './bands'
import { Fact, Margin, Table } from './parts'
import { bytes, count, counted, familyName, moment, percent, plain, span, stamp, type Moment } from './words'

const CONNECTIONS_MOST = 400

export function Sides({ p }: { p: Peering }) {
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

export function Connections({ list, now }: { list: Connection[]; now: Moment }) {
  if (!list.length) return <p class="notice">None was seen.</p>
  return (
    <Table heads={['Opened', 'For', 'Ports', 'By', 'End', 'Established']}>
      {list.slice(0, CONNECTIONS_MOST).map((c) => {
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
