// Whether the tap is healthy: what came, what was lost on the way, what cannot be read.
import { useEffect } from 'preact/hooks'
import type { Capture } from './api'
import { useData } from './data'
import { FindingItem } from './finding'
import { Fact, Trouble, Waiting } from './parts'
import { bytes, count, counted, moment, percent, range, span } from './words'

// A count that ought to be nought.
const Bad = ({ n, of }: { n: number; of?: number }) =>
  n ? (
    <b class="bad">
      {count(n)}
      {of ? ` (${percent(n, of)})` : ''}
    </b>
  ) : (
    <>none</>
  )

export function CaptureView() {
  const { data, error } = useData<Capture>('capture')
  useEffect(() => {
    document.title = 'Capture – routetap'
  }, [])
  if (error) return <main><Trouble error={error} /></main>
  if (!data) return <main><Waiting /></main>
  const c = data.capture
  const [first, last] = [moment(c.first), moment(c.last)]
  const dropped = data.files.reduce((n, f) => n + (f.dropped_packets ?? 0), 0)
  const healthy = !data.findings.length && !dropped && !c.damaged_frames
  return (
    <main>
      <h1 class={healthy ? '' : 'warn'}>{healthy ? 'The capture is sound' : 'The capture itself has flaws'}</h1>
      <p class="lead">
        {range(first, last)}
        {first !== null && last !== null && ` · ${span(last - first)}`} · {counted(c.packets, 'packet')}, {bytes(c.bytes)}
        {!c.complete && !data.live && ' · not read to its end'}
      </p>
      {data.findings.length > 0 && (
        <section aria-label="Findings of the capture">
          <ul class="feed">
            {data.findings.map((f) => (
              <FindingItem key={f.id} finding={f} now={moment(data.now)} />
            ))}
          </ul>
        </section>
      )}
      <div class="two">
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
        <section class="panel" aria-label="What is wrong with it">
          <h3>What was lost on the way</h3>
          <dl>
            <Fact name="Dropped by the capture"><Bad n={dropped} of={c.packets + dropped} /></Fact>
            <Fact name="Cut at the snapshot length"><Bad n={c.truncated_packets} of={c.packets} /></Fact>
            <Fact name="Twice, as a span port delivers them"><Bad n={c.duplicate_packets} of={c.packets} /></Fact>
            <Fact name="Frames that cannot be read"><Bad n={c.damaged_frames} of={c.packets} /></Fact>
            <Fact name="Encrypted packets">{c.encrypted_packets ? count(c.encrypted_packets) : 'none'}</Fact>
            <Fact name="Fragments without the rest"><Bad n={c.fragments_lost} /></Fact>
            <Fact name="Times the clock stepped back"><Bad n={c.stepped_back} /></Fact>
            <Fact name="Packets of peerings beyond the ceiling"><Bad n={c.passed_over} /></Fact>
          </dl>
        </section>
      </div>
      <section aria-label="Files and interfaces">
        <h2>Files and interfaces</h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Path</th>
                <th scope="col">Link</th>
                <th scope="col">Packets</th>
                <th scope="col">Size</th>
                <th scope="col">Dropped</th>
                <th scope="col">Damage</th>
              </tr>
            </thead>
            <tbody>
              {data.files.map((f, i) => (
                <tr key={i}>
                  <td class="path">{f.path}</td>
                  <td>{f.link_type}</td>
                  <td class="num">{count(f.packets)}</td>
                  <td class="num">{bytes(f.bytes)}</td>
                  <td class="num">{f.dropped_packets ? <b class="bad">{count(f.dropped_packets)}</b> : '–'}</td>
                  <td>{f.damage ? `${f.damage} (offset ${count(f.damage_offset ?? 0)})` : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <p class="faint">{data.program}</p>
    </main>
  )
}
