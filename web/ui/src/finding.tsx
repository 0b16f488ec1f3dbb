// One finding: what was found, why it is so, which frames prove it, what to do; and its line in a feed.
import { useEffect, useState } from 'preact/hooks'
import type { Finding, WholeFinding } from './api'
import { useData } from './data'
import { Choice, Link, place, SeverityMark, Table, Trouble, Waiting } from './parts'
import { findingPath, peeringPath } from './route'
import { counted, moment, sentence, stamp, type Moment } from './words'

export function when(f: Finding, now: Moment): string {
  const [first, last] = [moment(f.time), moment(f.last_time)]
  if (f.count > 1 && first !== last) return `${counted(f.count, 'time')}, ${stamp(first, now)} – ${stamp(last, now)}`
  return stamp(first, now)
}

const peers = (id: string) => id.replace('-', ' – ')

export function FindingItem({ finding: f, now, within }: { finding: Finding; now: Moment; within?: boolean }) {
  return (
    <li class={`finding sev-${f.severity}`}>
      <SeverityMark severity={f.severity} />
      <div>
        <h3>
          <Link to={findingPath(f.id)}>{sentence(f.title)}</Link>
        </h3>
        <p>{f.explanation}</p>
        <p class="faint">
          <span class="num">{when(f, now)}</span> · {f.code}
          {!within && f.peering && (
            <>
              {' · '}
              <Link to={peeringPath(f.peering)}>{peers(f.peering)}</Link>
            </>
          )}
          {f.confidence !== 'certain' && ` · ${f.confidence}`}
        </p>
      </div>
    </li>
  )
}

const VENDOR = 'routetap-vendor'

function Commands({ list }: { list: WholeFinding['commands'] }) {
  const [picked, setPicked] = useState(() => localStorage.getItem(VENDOR) ?? '')
  const shown = list.find((c) => c.vendor === picked) ?? list[0]
  if (!shown) return null
  const pick = (vendor: string) => {
    localStorage.setItem(VENDOR, vendor)
    setPicked(vendor)
  }
  return (
    <div class="commands">
      <p class="paper-only">{shown.title}</p>
      <Choice label="Vendor" value={shown.vendor} options={list.map((c) => [c.vendor, c.title] as const)} onPick={pick} />
      <p class="command">{shown.text}</p>
      <dl class="paper-only">
        {list
          .filter((c) => c !== shown)
          .map((c) => (
            <div key={c.vendor}>
              <dt>{c.title}</dt>
              <dd class="command">{c.text}</dd>
            </div>
          ))}
      </dl>
    </div>
  )
}

// The ladder of its peering, as it was about then.
const aroundPath = (peering: string, t: number) => `${peeringPath(peering)}?from=${(t - 2).toFixed(6)}&to=${(t + 2).toFixed(6)}#messages`

function Evidence({ finding: f, now }: { finding: WholeFinding['finding']; now: Moment }) {
  const files = new Set(f.evidence.filter((e) => e.frame).map((e) => e.file))
  const one = files.size === 1
  const frames = [...new Set(f.evidence.map((e) => e.frame).filter(Boolean))].sort((a, b) => a - b)
  return (
    <section aria-label="Evidence">
      <h2>Evidence</h2>
      {!f.evidence.length && <p class="faint">It is of the capture as a whole; no single frame shows it.</p>}
      {f.evidence.length > 0 && (
        <Table heads={['Time', 'Frame', 'What it shows']}>
          {f.evidence.map((e, i) => (
            <tr key={i}>
              <td class="num">{f.peering && moment(e.time) !== null ? <Link to={aroundPath(f.peering, moment(e.time)!)} title="Among the messages of that moment">{stamp(moment(e.time), now, 6)}</Link> : stamp(moment(e.time), now, 6)}</td>
              <td class="num">{one ? e.frame || 'a timer' : (place(e.frame, e.file) ?? 'a timer')}</td>
              <td>{e.note}</td>
            </tr>
          ))}
        </Table>
      )}
      {one && (
        <p class="faint under">
          Frames of <span class="path">{[...files][0]}</span>; in Wireshark: <code>frame.number in {`{${frames.join(', ')}}`}</code>
        </p>
      )}
      {f.evidence_left_out && <p class="faint under">{counted(f.evidence_left_out, 'more frame')} are not kept.</p>}
    </section>
  )
}

export function FindingView({ id }: { id: string }) {
  const { data, error } = useData<WholeFinding>(`findings/${encodeURIComponent(id)}`)
  useEffect(() => {
    document.title = data ? `${data.finding.title} – routetap` : 'routetap'
  }, [data])
  if (error?.status === 404)
    return (
      <main>
        <h1>There is no such finding</h1>
        <p>
          <Link to="/findings">To all findings</Link>
        </p>
      </main>
    )
  if (error && !data) return <main><Trouble error={error} /></main>
  if (!data) return <main><Waiting /></main>
  const { finding: f, about } = data
  const now = moment(data.now)
  return (
    <main class="narrow">
      <p class="crumbs">
        <Link to="/findings">Findings</Link> /{' '}
        {f.peering ? <Link to={peeringPath(f.peering)}>{peers(f.peering)}</Link> : 'the capture'}
      </p>
      <h1 class={`title sev-${f.severity}`}>
        <SeverityMark severity={f.severity} /> {sentence(f.title)}
      </h1>
      <p class="lead">
        <span class="num">{when(f, null)} UTC</span> · <Link to={`/findings?code=${f.code}`}>{f.code}</Link> · {f.confidence}
        {f.at && <> · look at <span class="address">{f.at}</span> first</>}
      </p>
      <p class="explanation">{f.explanation}</p>
      <section aria-label="What to do">
        <h2>What to do</h2>
        <p>{f.advice}</p>
        <Commands list={data.commands} />
      </section>
      <Evidence finding={f} now={now} />
      <section aria-label="About this code">
        <h2>About {f.code}</h2>
        <dl class="about">
          <dt>What it means</dt>
          <dd>{about.meaning}</dd>
          <dt>What proves it</dt>
          <dd>{about.proof}</dd>
          <dt>How to mend it</dt>
          <dd>{about.fix}</dd>
        </dl>
      </section>
    </main>
  )
}
