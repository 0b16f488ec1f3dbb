// What both said to each other, step by step, read again from the packets: a span of time, each message to be opened.
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, download, get, type Messages, type State, type Step } from './api'
import type { Span } from './charts'
import { Choice, StatePill, Trouble } from './parts'
import { Hex, Tree } from './tree'
import './ladder.css'
import { clock, count, counted, day, iso, moment, plain, sameDay, span, stamp } from './words'

const PAGE = 300
const AROUND = 60

// ---- what is asked for

interface Read {
  steps: Step[]
  more: boolean
  complete: boolean
  error: ApiError | null
  busy: boolean
  source: string
}
const NOTHING: Read = { steps: [], more: false, complete: true, error: null, busy: false, source: '' }

const query = (s: Span | null) => (s ? { since: iso(s.from), until: iso(s.to) } : {})

// A moment's own nanosecond: its text, and the one behind it.
function instant(time: string) {
  const digits = `${time.slice(20, -1)}000000000`.slice(0, 9)
  const next = String(Number(digits) + 1).padStart(9, '0')
  return next.length > 9 ? { since: time } : { since: time, until: `${time.slice(0, 20)}${next}Z` }
}

function useSteps(path: string, wanted: Span | null, ready: boolean) {
  const [read, setRead] = useState<Read>(NOTHING)
  const [pages, setPages] = useState(1)
  const key = `${path}|${wanted?.from}|${wanted?.to}`
  const asked = useRef('')
  useEffect(() => setPages(1), [key])
  useEffect(() => {
    if (!ready) return
    const fresh = asked.current !== key
    asked.current = key
    const abort = new AbortController()
    setRead((old) => ({ ...(fresh ? NOTHING : old), busy: true }))
    get<Messages>(`${path}/messages`, { ...query(wanted), limit: PAGE, offset: fresh ? 0 : (pages - 1) * PAGE }, abort.signal)
      .then((got) => setRead((old) => ({ ...got, steps: fresh ? got.steps : [...old.steps, ...got.steps], error: null, busy: false })))
      .catch((error) => abort.signal.aborted || setRead((old) => ({ ...old, error, busy: false })))
    return () => abort.abort()
  }, [key, pages, ready])
  return { ...read, next: () => setPages((n) => n + 1) }
}

// ---- steps that belong together

interface Rung {
  first: Step
  steps: Step[] // several that say the same
  states: [State | null, State | null]
}

const alike = (a: Step, b: Step) => a.kind === 'message' && b.kind === 'message' && a.message === b.message && (a.message === 'KEEPALIVE' || (a.message === 'UPDATE' && a.side === b.side && a.announced !== undefined && b.announced !== undefined))

function rungsOf(steps: Step[], quiet: boolean): Rung[] {
  const out: Rung[] = []
  for (const s of steps) {
    const last = out[out.length - 1]
    if (s.kind === 'state') {
      // beside the message that caused it
      if (last && last.steps.length === 1 && last.first.time === s.time && !last.states[s.side ?? 0]) last.states[s.side ?? 0] = s.to!
      else out.push({ first: s, steps: [s], states: s.side === 0 ? [s.to!, null] : [null, s.to!] })
      continue
    }
    if (quiet && s.message === 'KEEPALIVE') continue
    if (last && !last.states[0] && !last.states[1] && alike(last.first, s)) last.steps.push(s)
    else out.push({ first: s, steps: [s], states: [null, null] })
  }
  return out
}

const sum = (steps: Step[], key: 'announced' | 'withdrawn') => steps.reduce((n, s) => n + (s[key] ?? 0), 0)

function textOf(r: Rung): string {
  const s = r.first
  if (r.steps.length === 1) return s.kind === 'state' ? plain(s.text) : s.text
  const length = moment(r.steps[r.steps.length - 1]!.time)! - moment(s.time)!
  const lasted = length ? `in ${span(length)}` : 'at once'
  if (s.message === 'KEEPALIVE') return `${wayOf(r) === 'both' ? '⇄ ' : ''}KEEPALIVE ×${r.steps.length} ${lasted}`
  return `UPDATE ×${r.steps.length} ${lasted}: ${count(sum(r.steps, 'announced'))} announced, ${count(sum(r.steps, 'withdrawn'))} withdrawn`
}

const wayOf = (r: Rung) => {
  if (r.first.kind === 'state') return 'none'
  const sides = new Set(r.steps.map((s) => s.side))
  return sides.size > 1 ? 'both' : r.first.side === 0 ? 'right' : r.first.side === 1 ? 'left' : 'none'
}

// ---- one message, opened

function Opened({ path, step }: { path: string; step: Step }) {
  const [told, setTold] = useState<Step[] | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    get<Messages>(`${path}/messages`, { ...instant(step.time), whole: 1, limit: 50 }, abort.signal)
      .then((got) => {
        const same = got.steps.filter((s) => s.kind === 'message' && s.time === step.time && s.side === step.side && s.frame === step.frame && s.text === step.text && s.length === step.length)
        setTold(same.slice(0, 1))
      })
      .catch((e) => abort.signal.aborted || setError(e))
    return () => abort.abort()
  }, [path, step])
  if (error) return <Trouble error={error} />
  if (!told) return <p class="faint" role="status">Reading …</p>
  if (!told.length) return <p class="faint">It cannot be read again.</p>
  const { type: _, length: __, ...rest } = told[0]!.decoded ?? {}
  return (
    <div class="opened">
      <Tree value={rest} />
      <Hex hex={told[0]!.bytes ?? ''} />
    </div>
  )
}

function Several({ path, steps }: { path: string; steps: Step[] }) {
  const [open, setOpen] = useState<number | null>(null)
  return (
    <ol class="several">
      {steps.map((s, i) => (
        <li key={i}>
          <button type="button" class="plainly" aria-expanded={open === i} onClick={() => setOpen(open === i ? null : i)}>
            <span class="num faint">{clock(moment(s.time)!, 6)}</span> {s.side === 0 ? '→' : '←'} {s.text}
            {s.frame !== undefined && <span class="faint"> frame {s.frame}</span>}
          </button>
          {open === i && <Opened path={path} step={s} />}
        </li>
      ))}
    </ol>
  )
}

// ---- the ladder

function RungRow({ r, path, newDay }: { r: Rung; path: string; newDay: boolean }) {
  const [open, setOpen] = useState(false)
  const s = r.first
  const t = moment(s.time)!
  const way = wayOf(r)
  const can = s.kind === 'message'
  const grave = s.message === 'NOTIFICATION'
  const body = (
    <>
      <span class="time num" title={`${day(t)} ${clock(t, 6)} UTC`}>
        {newDay && `${day(t)} `}
        {clock(t, 3)}
        <span class="fine">{clock(t, 6).slice(-3)}</span>
      </span>
      <span class="side-0">{r.states[0] && <StatePill state={r.states[0]} />}</span>
      <span class={`arrow ${way}${grave ? ' grave' : ''} kind-${s.kind}`}>
        <span class="words">{textOf(r)}</span>
      </span>
      <span class="side-1">{r.states[1] && <StatePill state={r.states[1]} />}</span>
      <span class="frame faint num">{r.steps.length === 1 && s.frame !== undefined ? s.frame : ''}</span>
    </>
  )
  return (
    <li class={open ? 'open' : ''}>
      {can ? (
        <button type="button" class="rung" aria-expanded={open} onClick={() => setOpen(!open)}>
          {body}
        </button>
      ) : (
        <div class="rung">{body}</div>
      )}
      {open && (r.steps.length === 1 ? <Opened path={path} step={s} /> : <Several path={path} steps={r.steps} />)}
    </li>
  )
}

function Download({ path, name, wanted }: { path: string; name: string; wanted: Span | null }) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const run = () => {
    setBusy(true)
    setError(null)
    download(`${path}/packets`, query(wanted), `${name.replace(/[^0-9a-zA-Z.-]+/g, '_')}.pcapng`)
      .catch(setError)
      .finally(() => setBusy(false))
  }
  return (
    <>
      <button type="button" class="button" onClick={run} disabled={busy}>
        {busy ? 'Reading …' : 'Download these packets'}
      </button>
      {error && <Trouble error={error} />}
    </>
  )
}

interface LadderProps {
  id: string
  path: string
  addresses: [string, string]
  zoom: Span | null
  whole: Span
  lastChange: number | null
}

export function Ladder({ id, path, addresses, zoom, whole, lastChange }: LadderProps) {
  const long = whole.to - whole.from > 600 && lastChange !== null
  const [where, setWhere] = useState<'all' | 'last'>(long ? 'last' : 'all')
  const [quiet, setQuiet] = useState<'all' | 'quiet'>('all')
  const [ready, setReady] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const wanted = zoom ?? (where === 'last' && lastChange !== null ? { from: lastChange - AROUND, to: lastChange + AROUND } : null)
  const read = useSteps(path, wanted, ready)
  // Packets are read when somebody comes to look.
  useEffect(() => {
    if (!box.current) return
    const watch = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && setReady(true), { rootMargin: '200px' })
    watch.observe(box.current)
    return () => watch.disconnect()
  }, [])
  const rungs = rungsOf(read.steps, quiet === 'quiet')
  let before: number | null = null
  return (
    <div ref={box} class="ladder">
      <div class="tools">
        {!zoom && long && (
          <Choice label="Span" value={where} options={[['last', 'Around the last change'], ['all', 'From the beginning']] as const} onPick={setWhere} />
        )}
        <Choice label="Messages" value={quiet} options={[['all', 'All'], ['quiet', 'Without KEEPALIVEs']] as const} onPick={setQuiet} />
        <Download path={path} name={id} wanted={wanted} />
        <span class="faint num">
          {wanted ? `${stamp(wanted.from, whole.to, 3)} – ${clock(wanted.to, 3)}` : 'all of its time'}
          {zoom ? ', as picked above' : ''}
        </span>
      </div>
      {read.error && <p class="notice">{read.error.message}</p>}
      {!read.error && !rungs.length && <p class="notice faint" role="status">{read.busy || !ready ? 'Reading the packets …' : 'Nothing was said in this span of time.'}</p>}
      {rungs.length > 0 && (
        <ol class="rungs" aria-label={`Messages between ${addresses.join(' and ')}`}>
          <li class="head">
            <div class="rung">
              <span class="time faint">UTC</span>
              <span class="arrow none">
                <span class="address">{addresses[0]}</span>
                <span class="address">{addresses[1]}</span>
              </span>
              <span class="frame faint">{read.source === 'files' ? 'frame' : ''}</span>
            </div>
          </li>
          {rungs.map((r, i) => {
            const t = moment(r.first.time)!
            const newDay = before === null || !sameDay(t, before)
            const gap: number = before === null ? 0 : t - before
            before = moment(r.steps[r.steps.length - 1]!.time)
            return [gap >= 1 && <li class="gap faint" key={`g${i}`}>{span(gap)} later</li>, <RungRow key={r.first.time + i} r={r} path={path} newDay={newDay} />]
          })}
        </ol>
      )}
      {(read.more || !read.complete) && (
        <p class="more">
          {read.more && (
            <button type="button" class="button" onClick={read.next} disabled={read.busy}>
              {read.busy ? 'Reading …' : `The next ${counted(PAGE, 'step')}`}
            </button>
          )}
          {!read.complete && <span class="faint"> The capture is large: it was read for twenty seconds, and there is more behind. Pick an earlier span of time.</span>}
        </p>
      )}
    </div>
  )
}
