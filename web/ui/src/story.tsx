// What happened in a peering, in order: a ladder between the two.
import { useMemo } from 'preact/hooks'
import type { Connection, Peering } from './api'
import { lossesOf, underlaySteps, useUnderlay, type Underlay } from './before'
import type { History } from './bands'
import { Link, place, SeverityMark, StatePill } from './parts'
import { findingPath } from './route'
import { clock, count, day, moment, plain, sameDay, sentence, span, type Moment } from './words'

export interface Step {
  t: Moment
  frame: number | null
  file?: string | undefined
  side: number // -1: both
  what: preact.ComponentChildren
  kind: string
}

const STORY_MOST = 400

function stepsOf(p: Peering, h: History, underlay: Underlay | null): Step[] {
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
  steps.push(...underlaySteps(underlay, lossesOf(h.transitions), p.hold_time))
  const rank = (s: Step) => (s.kind === 'tcp' || s.kind === 'ospf' ? 0 : s.kind === 'notification' ? 1 : s.kind === 'transition' ? 2 : 3)
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

export function Story({ p, history, now }: { p: Peering; history: History; now: Moment }) {
  const underlay = useUnderlay(p.sides.some((s) => s.lost_count > 0))
  const all = useMemo(() => stepsOf(p, history, underlay), [p, history, underlay?.ospf, underlay?.activity])
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
