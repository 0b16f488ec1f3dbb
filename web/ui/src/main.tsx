// The frame of the page: where we are, what is new, and the view that belongs there.
import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { hasToken, listen, setToken, takeToken, type Gained, type Overview as OverviewData } from './api'
import { CaptureView } from './capture'
import { LiveContext, useData, useLive, type Live } from './data'
import { FindingView } from './finding'
import { FindingsView } from './findings'
import { OspfView } from './ospf'
import { OverviewView } from './overview'
import { Link, SeverityMark, Trouble } from './parts'
import { PeeringView } from './peering'
import { usePrinting } from './print'
import { findingPath, usePlace, type Place } from './route'
import { RoutesView } from './routes'
import { clock, count, day, moment, range, sentence } from './words'
import './app.css'

// At most one refresh a second, however fast the news come.
const CALM_MS = 1000

function useNews(): Live & { linked: boolean; goneAt: number | null } {
  const [live, setLive] = useState<Live>({ turn: 0, at: Date.now(), news: null })
  const [linked, setLinked] = useState(false)
  const [goneAt, setGoneAt] = useState<number | null>(null)
  const waiting = useRef<Gained[]>([])
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let dropped = false
    let last = 0
    const later = () => (timer ??= setTimeout(flush, Math.max(30, last + (document.hidden ? 5 : 1) * CALM_MS - Date.now())))
    const flush = () => {
      timer = undefined
      last = Date.now()
      const all = waiting.current.splice(0)
      const news: Gained = {
        now: all[all.length - 1]?.now ?? null,
        states: all.flatMap((n) => n.states ?? []),
        findings: all.flatMap((n) => n.findings ?? []),
      }
      setLive((old) => ({ turn: old.turn + 1, at: Date.now(), news }))
    }
    listen(
      (news) => {
        waiting.current.push(news)
        later()
      },
      (up) => {
        setLinked(up)
        setGoneAt((old) => (up ? null : (old ?? Date.now() / 1000)))
        if (up && dropped) later()
        dropped ||= !up
      },
      abort.signal,
    )
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [])
  return { ...live, linked, goneAt }
}

function View({ place }: { place: Place }) {
  const [, first, second, more] = place.path.split('/').map(decodeURIComponent)
  if (more === undefined) {
    if (!first || (first === 'peerings' && !second)) return <OverviewView place={place} />
    if (first === 'peerings') return <PeeringView key={second} id={second!} place={place} />
    if (first === 'findings') return second ? <FindingView key={second} id={second} /> : <FindingsView place={place} />
    if (first === 'ospf') return <OspfView place={place} />
    if (first === 'routes') return <RoutesView place={place} />
    if (first === 'capture') return <CaptureView />
  }
  return (
    <main>
      <h1>There is nothing here</h1>
      <p>
        <Link to="/">To the overview</Link>
      </p>
    </main>
  )
}

function LivePill({ linked, overview }: { linked: boolean; overview: OverviewData | null }) {
  const { at } = useLive()
  const [, setBeat] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setBeat((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  if (!linked) return <span class="tag bad">not connected</span>
  const now = moment(overview?.now)
  if (!overview?.live || now === null) return null
  return (
    <span class="tag live" title="by the clock of the capture, UTC">
      live {clock(now + (Date.now() - at) / 1000, 0)}
    </span>
  )
}

function Header({ place, linked, overview }: { place: Place; linked: boolean; overview: OverviewData | null }) {
  const first = place.path.split('/')[1]
  const errors = overview?.findings.error ?? 0
  return (
    <header>
      <Link to="/" class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 22h7l4-14 4 18 3-9h6" />
        </svg>
        routetap
      </Link>
      <nav aria-label="Views">
        <Link to="/" current={!first || first === 'peerings'}>
          Overview
        </Link>
        <Link to="/findings" current={first === 'findings'}>
          Findings{errors > 0 && <span class="badge">{count(errors)}</span>}
        </Link>
        {(overview?.capture.ospf_packets ?? 0) > 0 && (
          <Link to="/ospf" current={first === 'ospf'}>
            OSPF
          </Link>
        )}
        {(overview?.capture.bgp_packets ?? 0) > 0 && (
          <Link to="/routes" current={first === 'routes'}>
            Routes
          </Link>
        )}
        <Link to="/capture" current={first === 'capture'}>
          Capture
        </Link>
      </nav>
      <span class="when">
        {overview && !overview.live && overview.capture.packets > 0 && range(moment(overview.capture.first), moment(overview.capture.last))}
        <LivePill linked={linked} overview={overview} />
      </span>
    </header>
  )
}

// What was found since the page was opened, for a while, and for those who listen to the page.
function News() {
  const { news, turn } = useLive()
  const [shown, setShown] = useState<NonNullable<Gained['findings']>>([])
  useEffect(() => {
    const found = (news?.findings ?? []).filter((f) => f.severity !== 'info')
    if (found.length) setShown((old) => [...found.reverse(), ...old].slice(0, 3))
  }, [turn])
  useEffect(() => {
    if (!shown.length) return
    const timer = setTimeout(() => setShown([]), 15000)
    return () => clearTimeout(timer)
  }, [shown])
  return (
    <div class="news" role="log" aria-live="polite" aria-label="New findings">
      {shown.map((f) => (
        <Link to={findingPath(f.id)} key={f.id}>
          <SeverityMark severity={f.severity} /> {sentence(f.title)}
        </Link>
      ))}
    </div>
  )
}

function TokenForm() {
  const refused = hasToken()
  const field = useRef<HTMLInputElement>(null)
  const submit = (event: Event) => {
    event.preventDefault()
    setToken(field.current?.value.trim() ?? '')
    location.reload()
  }
  return (
    <main class="narrow">
      <h1>This routetap asks for its token</h1>
      {refused && (
        <p class="notice bad" role="alert">
          The token that this tab has is not the right one.
        </p>
      )}
      <p>It is the word in the file that --web-token-file names. This tab keeps it until it is closed.</p>
      <form onSubmit={submit}>
        <input ref={field} type="password" autocomplete="off" aria-label="Token" autofocus required />
        <button type="submit">Enter</button>
      </form>
    </main>
  )
}

// While the server is away, what stands on the page grows old.
function Stale({ goneAt, now }: { goneAt: number; now: string | null }) {
  return (
    <p class="notice bad stale" role="alert">
      routetap has not answered since {clock(goneAt, 0)} UTC. What stands here is old
      {moment(now) !== null && `: it is as the capture was at ${clock(moment(now)!, 0)} UTC, on ${day(moment(now)!)}`}. The page asks again every two seconds.
    </p>
  )
}

function Frame({ linked, goneAt }: { linked: boolean; goneAt: number | null }) {
  const place = usePlace()
  const printing = usePrinting()
  const overview = useData<OverviewData>('overview')
  if (overview.error?.status === 401) return <TokenForm />
  return (
    <>
      <a class="skip" href="#view">
        To the content
      </a>
      <Header place={place} linked={linked} overview={overview.data} />
      <News />
      <div id="view" tabIndex={-1}>
        {goneAt !== null ? <Stale goneAt={goneAt} now={overview.data?.now ?? null} /> : overview.error && <Trouble error={overview.error} />}
        <View place={place} />
      </div>
      {printing && <p class="paper-only faint">{location.href}</p>}
    </>
  )
}

function App() {
  const { linked, goneAt, ...live } = useNews()
  return (
    <LiveContext.Provider value={live}>
      <Frame linked={linked} goneAt={goneAt} />
    </LiveContext.Provider>
  )
}

takeToken()
render(<App />, document.getElementById('app')!)
