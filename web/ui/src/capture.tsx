// Whether the tap is healthy: what came and what was lost over time, who is heard one way only, what packets came in, how
// much is kept.
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Capture, CaptureSeries } from './api'
import { Chart, type Line } from './chart'
import { gridOf, perSecond, rate, spread, type Span } from './charts'
import { useData } from './data'
import { FindingItem } from './finding'
import { Fact, Link, Table, Trouble, Waiting } from './parts'
import { bytes, count, counted, moment, percent, plain, range, span, stamp, type Moment } from './words'

const FILES_FEW = 12
const PEERINGS_FEW = 20

// A count that ought to be nought.
const Bad = ({ n, of, mild }: { n: number; of?: number; mild?: boolean }) =>
  n ? (
    <b class={mild ? 'warn' : 'bad'}>
      {count(n)}
      {of ? ` (${percent(n, of)})` : ''}
    </b>
  ) : (
    <>none</>
  )

// ---- over time

function linesOf(s: CaptureSeries, whole: Span): { times: number[]; came: Line[]; dropped: Line[]; doubtful: Line[] } {
  const grid = gridOf(s)
  const line = (name: string, values: number[], colour: string, shape: Line['shape']): Line => ({ name, values: spread(grid, s.time, values, 0), colour, ...(shape && { shape }) })
  return {
    times: grid.times,
    came: [
      line('packets', perSecond(s.packets, s.time, s.step, whole), '--link', 'step'),
      ...(s.received.some(Boolean) ? [{ ...line('received, by the kernel’s count', perSecond(s.received, s.time, s.step, whole), '--ok', 'step'), dash: true }] : []),
    ],
    dropped: [
      line('by the capture', s.dropped, '--error', 'bar'),
      ...(s.interface_dropped.some(Boolean) ? [line('by the interface', s.interface_dropped, '--active', 'bar')] : []),
    ],
    doubtful: [
      line('one way only', s.one_way, '--error', 'bar'),
      line('twice', s.duplicates, '--active', 'bar'),
      line('cut', s.truncated, '--link', 'bar'),
    ].filter((l) => l.values.some(Boolean)),
  }
}

function OverTime({ live, whole }: { live: boolean; whole: Span }) {
  const [zoom, setZoom] = useState<Span | null>(null)
  const { data, error } = useData<CaptureSeries>('capture/series', zoom ? { since: zoom.from.toFixed(3), until: zoom.to.toFixed(3) } : {})
  const lines = useMemo(() => data && linesOf(data, whole), [data, whole.from, whole.to])
  if (error) return <Trouble error={error} />
  if (!data || !lines) return <Waiting />
  if (!data.time.length) return <p class="notice">No counts were kept: there were no packets, or an earlier routetap wrote this database.</p>
  const common = { times: lines.times, step: data.step, from: data.since, to: data.until, onZoom: setZoom }
  const lost = lines.dropped.some((l) => l.values.some(Boolean))
  return (
    <>
      <div class="charts">
        <Chart {...common} name="Packets" unit={`a second, in intervals of ${span(data.step)}`} lines={lines.came} format={rate} />
        {lines.doubtful.length > 0 && (
          <Chart {...common} name="Doubtful" unit={`packets in ${span(data.step)}`} round="whole" lines={lines.doubtful} format={(v) => count(Math.round(v))} />
        )}
        {lost && <Chart {...common} name="Dropped" unit={`packets in ${span(data.step)}`} round="whole" lines={lines.dropped} format={(v) => count(Math.round(v))} />}
      </div>
      {!lost && <p class="faint none">{live ? 'Nothing was dropped, by the counts of the kernel and the interface.' : 'Nothing was dropped, as far as the files say.'}</p>}
      {zoom && (
        <p>
          <button type="button" class="button" onClick={() => setZoom(null)}>
            All of the time
          </button>
        </p>
      )}
    </>
  )
}

// ---- one way

function OneWay({ data, bgp, now }: { data: Capture['one_way']; bgp: number; now: Moment }) {
  if (!bgp) return <p class="notice">No BGP was heard at all.</p>
  if (!data.matched) return <p class="notice">Of every peering both directions are heard.</p>
  const deaf = data.peerings.some((p) => p.acknowledged)
  return (
    <>
      <p class="told">
        {deaf
          ? 'What is missing here was sent: the other end acknowledges it. It takes another way than past this tap, or the span port does not copy it.'
          : 'Nobody acknowledges what is missing here: perhaps nobody answers. The peering’s findings say more.'}
      </p>
      <Table heads={['Heard', 'Not heard', 'Was it sent?', 'Packets', 'Connections', 'Last']}>
        {data.peerings.slice(0, PEERINGS_FEW).map((p) => (
          <tr key={p.peering}>
            <td class="address">
              <Link to={`/peerings/${encodeURIComponent(p.peering)}`}>{p.heard}</Link>
            </td>
            <td class="address">{p.missing}</td>
            <td>{p.acknowledged ? <b class="bad">yes, it is acknowledged</b> : 'not known'}</td>
            <td class="num">{count(p.packets)}</td>
            <td class="num">{count(p.connections)}</td>
            <td class="num">{stamp(moment(p.last), now, 0)}</td>
          </tr>
        ))}
      </Table>
      {data.matched > PEERINGS_FEW && <p class="faint">The first {PEERINGS_FEW} of {counted(data.matched, 'peering')}.</p>}
    </>
  )
}

// ---- what packets came in

const CARRIERS: [string, string][] = [
  ['vlan', 'VLAN tag'],
  ['qinq', 'two VLAN tags (QinQ)'],
  ['pppoe', 'PPPoE'],
  ['mpls', 'MPLS'],
  ['gre', 'GRE'],
  ['erspan', 'ERSPAN, in GRE'],
  ['vxlan', 'VXLAN'],
  ['geneve', 'GENEVE'],
  ['ipip', 'IP in IP'],
  ['6in4', 'IPv6 in IP'],
]

function Carriers({ data }: { data: Capture }) {
  const ours = data.capture.bgp_packets + data.capture.ospf_packets + data.capture.icmp_errors
  const order = (name: string) => CARRIERS.findIndex(([key]) => key === name)
  const rows = [...data.carriers].filter((c) => c.packets).sort((a, b) => order(a.name) - order(b.name))
  if (!ours) return null
  return (
    <section class="panel" aria-label="What packets came in">
      <h3>What packets came in</h3>
      {rows.length ? (
        <dl>
          {rows.map((c) => (
            <Fact key={c.name} name={CARRIERS[order(c.name)]?.[1] ?? plain(c.name)}>
              {count(c.packets)} ({percent(c.packets, ours)})
            </Fact>
          ))}
        </dl>
      ) : (
        <p class="faint">Plain packets: neither VLAN tags nor tunnels.</p>
      )}
      {rows.length > 1 && <p class="faint">A packet may count for several. Per cent are of BGP, OSPF and ICMP.</p>}
    </section>
  )
}

// ---- what is kept

const size = (n: number | null, none: string) => (n === null ? <span class="faint">{none}</span> : bytes(n))

function Kept({ data }: { data: Capture }) {
  const interfaces = data.files.length
  return (
    <section class="panel" aria-label="What is kept">
      <h3>What is kept</h3>
      <dl>
        <Fact name="Database">{size(data.kept.database_bytes, 'in memory, for this run only')}</Fact>
        <Fact name="Packets (--evidence)">{size(data.kept.evidence_bytes, 'not kept, or out of reach from here')}</Fact>
        <Fact name="Read">
          {counted(data.capture.packets, 'packet')}, {bytes(data.capture.bytes)} from {counted(interfaces, data.live ? 'file or interface' : 'file', data.live ? 'files and interfaces' : 'files')}
        </Fact>
      </dl>
    </section>
  )
}

function Files({ files }: { files: Capture['files'] }) {
  const [all, setAll] = useState(false)
  // those with flaws come first: nobody finds them among a thousand
  const sorted = useMemo(() => [...files].sort((a, b) => Number(Boolean(b.damage || b.dropped_packets)) - Number(Boolean(a.damage || a.dropped_packets))), [files])
  if (!files.length) return <p class="notice">None was read.</p>
  return (
    <>
      <Table heads={['Path', 'Link', 'Packets', 'Size', 'Dropped', 'Damage']}>
        {(all ? sorted : sorted.slice(0, FILES_FEW)).map((f, i) => (
          <tr key={i}>
            <td class="path">{f.path}</td>
            <td>{f.link_type}</td>
            <td class="num">{count(f.packets)}</td>
            <td class="num">{bytes(f.bytes)}</td>
            <td class="num">{f.dropped_packets ? <b class="bad">{count(f.dropped_packets)}</b> : '–'}</td>
            <td class="wordy">{f.damage ? `${f.damage} (offset ${count(f.damage_offset ?? 0)})` : '–'}</td>
          </tr>
        ))}
      </Table>
      {!all && files.length > FILES_FEW && (
        <p class="more">
          <button type="button" onClick={() => setAll(true)}>
            Show all {count(files.length)}
          </button>
        </p>
      )}
    </>
  )
}

// ---- all of it

function Lost({ data }: { data: Capture }) {
  const c = data.capture
  const dropped = data.files.reduce((n, f) => n + (f.dropped_packets ?? 0), 0)
  const twice = data.duplicates
  return (
    <section class="panel" aria-label="What is wrong with it">
      <h3>What was lost on the way</h3>
      <dl>
        <Fact name="Dropped by the capture"><Bad n={dropped} of={c.packets + dropped} /></Fact>
        <Fact name="Cut at the snapshot length"><Bad n={c.truncated_packets} of={c.packets} /></Fact>
        <Fact name="Twice, as a span port delivers them">
          <Bad n={c.duplicate_packets} of={c.packets} mild />
          {twice.matched > 0 && (
            <span class="faint">
              {' '}
              of {twice.peerings.slice(0, 3).map((p, i) => (
                <>
                  {i > 0 && ', '}
                  <Link to={`/peerings/${encodeURIComponent(p.peering)}`}>{p.peering.replace('-', ' – ')}</Link>
                </>
              ))}
              {twice.matched > 3 && ` and ${counted(twice.matched - 3, 'peering')} more`}
            </span>
          )}
        </Fact>
        <Fact name="Frames that cannot be read"><Bad n={c.damaged_frames} of={c.packets} /></Fact>
        <Fact name="Encrypted packets">{c.encrypted_packets ? count(c.encrypted_packets) : 'none'}</Fact>
        <Fact name="Fragments without the rest"><Bad n={c.fragments_lost} /></Fact>
        <Fact name="Times the clock stepped back"><Bad n={c.stepped_back} /></Fact>
        <Fact name="Packets of peerings beyond the ceiling"><Bad n={c.passed_over} /></Fact>
      </dl>
    </section>
  )
}

// What shows below as a count that ought to be nought, though no finding makes a flaw of it.
function doubtsOf({ capture: c, one_way }: Capture): string[] {
  const unheard = one_way.peerings.filter((p) => p.acknowledged).length
  const all: [number, string, string?][] = [
    [unheard, 'peering of which one direction is missing', 'peerings of which one direction is missing'],
    [c.truncated_packets, 'packet that was cut', 'packets that were cut'],
    [c.duplicate_packets, 'packet that stands twice', 'packets that stand twice'],
    [c.fragments_lost, 'fragment without the rest', 'fragments without the rest'],
    [c.stepped_back, 'step back of its clock', 'steps back of its clock'],
    [c.passed_over, 'packet beyond the ceiling of peerings', 'packets beyond the ceiling of peerings'],
  ]
  return all.filter(([n]) => n).map(([n, one, many]) => counted(n, one, many))
}

export function CaptureView() {
  const { data, error } = useData<Capture>('capture')
  useEffect(() => {
    document.title = 'Capture – routetap'
  }, [])
  if (error && !data) return <main><Trouble error={error} /></main>
  if (!data) return <main><Waiting /></main>
  const c = data.capture
  const [first, last, now] = [moment(c.first), moment(c.last), moment(data.now)]
  const dropped = data.files.some((f) => f.dropped_packets)
  const flawed = data.findings.some((f) => f.severity !== 'info') || dropped || c.damaged_frames > 0
  const doubts = doubtsOf(data)
  const title = !c.packets ? 'Nothing was captured' : flawed ? 'The capture itself has flaws' : doubts.length ? `The capture is sound, but for ${doubts.join(', ')}` : 'The capture is sound'
  return (
    <main>
      <h1 class={flawed || !c.packets ? 'warn' : ''}>{title}</h1>
      <p class="lead">
        {first !== null && last !== null && `${range(first, last)} · ${span(last - first)} · `}
        {c.packets ? `${counted(c.packets, 'packet')}, ${bytes(c.bytes)}` : data.live ? 'No packet of BGP or OSPF has come yet.' : 'There was no packet in it.'}
        {!c.complete && !data.live && ' · not read to its end'}
      </p>
      {data.findings.length > 0 && (
        <section aria-label="Findings of the capture">
          <ul class="feed">
            {data.findings.map((f) => (
              <FindingItem key={f.id} finding={f} now={now} />
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Over time">
        <h2>Over time</h2>
        <OverTime live={data.live} whole={{ from: first ?? 0, to: now ?? last ?? 0 }} />
      </section>
      <div class="two">
        <Lost data={data} />
        <div class="stack">
          <section class="panel" aria-label="What came">
            <h3>What came</h3>
            <dl>
              <Fact name="BGP packets">{count(c.bgp_packets)}</Fact>
              <Fact name="BGP messages">{count(c.bgp_messages)}</Fact>
              <Fact name="Prefixes announced, withdrawn">{count(c.announced)}, {count(c.withdrawn)}</Fact>
              <Fact name="OSPF packets">{count(c.ospf_packets)}</Fact>
              <Fact name="ICMP errors about BGP">{count(c.icmp_errors)}</Fact>
            </dl>
          </section>
          <Carriers data={data} />
          <Kept data={data} />
        </div>
      </div>
      <section aria-label="Heard one way only">
        <h2>Heard one way only</h2>
        <OneWay data={data.one_way} bgp={c.bgp_packets} now={now} />
      </section>
      <section aria-label="Files and interfaces">
        <h2>Files and interfaces</h2>
        <Files files={data.files} />
      </section>
      <p class="faint">{data.program}</p>
    </main>
  )
}
