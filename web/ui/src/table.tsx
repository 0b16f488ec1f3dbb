// The table of peerings, a row each, however many: only rows that are on the screen exist. And its filters.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PeeringLine } from './api'
import { SEVERITIES, UPS, useClock, useLosses, useSparks, type Key, type Sparked } from './list'
import { Choice, Link, Margin, SeverityMark, StatePill } from './parts'
import { go, peeringPath, setQuery } from './route'
import { count, counted, moment, seconds, sentence, since, type Moment } from './words'

const COLUMNS: { key: Key | null; name: string; class: string }[] = [
  { key: 'worst', name: '', class: 'c-mark' },
  { key: 'address', name: 'Peering', class: 'c-sides' },
  { key: 'state', name: 'State', class: 'c-state' },
  { key: 'since', name: 'For', class: 'c-since' },
  { key: 'margin', name: 'Least margin', class: 'c-margin' },
  { key: 'routes', name: 'Routes sent', class: 'c-routes' },
  { key: null, name: 'Updates, 24 h', class: 'c-spark' },
  { key: 'lost', name: 'Lost, 24 h', class: 'c-lost' },
  { key: 'worst', name: 'Worst finding', class: 'c-finding' },
]

function Spark({ values }: { values: number[] | undefined }) {
  if (!values?.some((v) => v > 0)) return <span class="faint">–</span>
  const most = Math.max(...values)
  const step = 80 / Math.max(1, values.length - 1)
  // by its root: a table's transfer must not make all else flat
  const line = values.map((v, i) => `${i ? 'L' : 'M'}${(i * step).toFixed(1)} ${(24 - 22 * Math.sqrt(v / most)).toFixed(1)}`).join('')
  return (
    <svg class="spark" viewBox="0 0 80 26" preserveAspectRatio="none" role="img" aria-label={`${count(values.reduce((a, b) => a + b, 0))} UPDATEs in the last day`}>
      <title>{`${count(values.reduce((a, b) => a + b, 0))} UPDATEs, at most ${count(most)} in one interval`}</title>
      <path d={line} />
    </svg>
  )
}

// Where there is no room for all of it the middle goes: addresses of one network differ at their end.
const TAIL = 10
const Address = ({ text }: { text: string }) =>
  text.length > 20 ? (
    <span class="address long" title={text}>
      <span class="begins">{text.slice(0, -TAIL)}</span>
      <span>{text.slice(-TAIL)}</span>
    </span>
  ) : (
    <span class="address">{text}</span>
  )

// What is left of a side's hold time: from the last that it heard on.
const leftOf = (s: PeeringLine['sides'][0], hold: number | null, live: Moment) => {
  const heard = moment(s.last_heard)
  return s.state !== 'Established' || heard === null || live === null || !hold ? null : hold - (live - heard)
}

// On a phone: what has no column there.
function Brief({ p, lost }: { p: PeeringLine; lost: number }) {
  const least = p.sides.map((s) => (s.min_hold_margin_s === null || s.min_hold_margin_s < 0 ? '–' : seconds(s.min_hold_margin_s)))
  return (
    <>
      {lost > 0 && <span class="lost">{count(lost)} × lost · </span>}
      {p.hold_time ? `least margin ${least.join(', ')} of ${p.hold_time} s · ` : ''}
      {p.sides.map((s) => count(s.routes)).join(' + ')} routes
    </>
  )
}

interface RowProps {
  p: PeeringLine
  now: Moment
  live: Moment // null: nobody watches
  sparks: Sparked | null
  lost: number
  index: number
  top: number
}

function Row({ p, now, live, sparks, lost, index, top }: RowProps) {
  const path = peeringPath(p.id)
  const both = (show: (s: PeeringLine['sides'][0]) => preact.ComponentChildren, name: string) => (
    <div class={name} role="cell">
      {p.sides.map((s) => (
        <div key={s.address}>{show(s)}</div>
      ))}
    </div>
  )
  return (
    <div class={`row${p.up ? '' : ' down'}`} role="row" aria-rowindex={index + 2} style={{ transform: `translateY(${top}px)` }} onClick={() => go(path)}>
      <div class="c-mark" role="cell">
        {p.worst && <SeverityMark severity={p.worst.severity} />}
      </div>
      <div class="c-sides" role="cell">
        <Link to={path}>
          {p.sides.map((s) => (
            <span class="side" key={s.address}>
              <Address text={s.address} />
              <span class="faint"> {s.asn === null ? '' : `AS ${s.asn}`}</span>
            </span>
          ))}
        </Link>
      </div>
      {both((s) => <StatePill state={s.state} />, 'c-state')}
      {both((s) => <span class="num faint">{since(s.state_since, now)}</span>, 'c-since')}
      {both((s) => <Margin least={s.min_hold_margin_s} hold={p.hold_time} left={leftOf(s, p.hold_time, live)} />, 'c-margin')}
      {both((s) => <span class="num">{count(s.routes)}</span>, 'c-routes')}
      <div class="c-spark" role="cell">
        <Spark values={sparks?.updates.get(p.id)} />
      </div>
      <div class="c-lost num" role="cell">
        {lost ? <span class="lost">{count(lost)}</span> : <span class="faint">–</span>}
      </div>
      <div class="c-brief" role="cell">
        <Brief p={p} lost={lost} />
      </div>
      <div class="c-finding" role="cell">
        {p.worst && (
          <span class="clamp" title={p.worst.title}>
            {sentence(p.worst.title)}
            {p.findings > 1 && <span class="faint"> +{p.findings - 1}</span>}
          </span>
        )}
      </div>
    </div>
  )
}

const PHONE = '(max-width: 760px)'

function useRowHeight(): number {
  const [phone, setPhone] = useState(() => matchMedia(PHONE).matches)
  useEffect(() => {
    const media = matchMedia(PHONE)
    const update = () => setPhone(media.matches)
    media.addEventListener('change', update)
    return () => media.removeEventListener('change', update)
  }, [])
  return phone ? 118 : 54
}

const SPARE = 8

export function Table({ rows, now, live, query }: { rows: PeeringLine[]; now: Moment; live: boolean; query: URLSearchParams }) {
  const sparks = useSparks()
  const lostOf = useLosses(rows, sparks)
  const clock = useClock(live, now)
  const height = useRowHeight()
  const body = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ from: 0, to: 40 })
  useEffect(() => {
    let frame = 0
    const look = () => {
      frame = 0
      if (!body.current) return
      const top = -body.current.getBoundingClientRect().top
      const from = Math.max(0, Math.floor(top / height) - SPARE)
      const to = Math.ceil((top + innerHeight) / height) + SPARE
      setView((old) => (old.from === from && old.to === to ? old : { from, to }))
    }
    const later = () => (frame ||= requestAnimationFrame(look))
    look()
    addEventListener('scroll', later, { passive: true })
    addEventListener('resize', later)
    return () => {
      removeEventListener('scroll', later)
      removeEventListener('resize', later)
      cancelAnimationFrame(frame)
    }
  }, [height, rows.length])
  const sort = query.get('sort') ?? 'worst'
  const reverse = Boolean(query.get('reverse'))
  // Arrow keys walk from row to row.
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    const links = [...body.current!.querySelectorAll<HTMLAnchorElement>('.c-sides a')]
    const at = links.indexOf(document.activeElement as HTMLAnchorElement)
    const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (at < 0 || !next) return
    event.preventDefault()
    next.focus({ preventScroll: true })
    next.scrollIntoView({ block: 'nearest' })
  }
  const shown = []
  for (let i = view.from; i < Math.min(view.to, rows.length); i++)
    shown.push(<Row key={rows[i]!.id} p={rows[i]!} now={now} live={live ? clock : null} sparks={sparks} lost={lostOf(rows[i]!)} index={i} top={i * height} />)
  return (
    <div class="peerings" role="table" aria-label="Peerings" aria-rowcount={rows.length + 1}>
      <div class="row head" role="row">
        {COLUMNS.map((c) => {
          const active = c.key === sort && c.class !== 'c-mark'
          return (
            <div class={c.class} role="columnheader" key={c.class} aria-sort={active ? (reverse ? 'descending' : 'ascending') : undefined}>
              {c.name && !c.key && <span class="faint plain-head">{c.name}</span>}
              {c.name && c.key && (
                <button type="button" class={active ? 'active' : ''} onClick={() => setQuery({ sort: c.key === 'worst' ? undefined : c.key!, reverse: active && !reverse ? '1' : undefined })}>
                  {c.name}
                  <span aria-hidden="true">{active ? (reverse ? ' ▲' : ' ▼') : ''}</span>
                </button>
              )}
            </div>
          )
        })}
      </div>
      <div class="body" role="rowgroup" ref={body} style={{ height: `${rows.length * height}px` }} onKeyDown={walk}>
        {shown}
      </div>
    </div>
  )
}

const ORDER_WORDS: Record<Key, string> = {
  worst: 'What is wrong first',
  address: 'By address',
  state: 'By state',
  since: 'Latest change first',
  margin: 'Least margin first',
  routes: 'Most routes first',
  lost: 'Most losses first',
}

export function Filters({ query, shown, all }: { query: URLSearchParams; shown: number; all: number }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', key)
    return () => removeEventListener('keydown', key)
  }, [])
  const code = query.get('code')
  return (
    <div class="filters" role="search">
      <input
        ref={field}
        type="search"
        placeholder="Address, AS or router ID  ( / )"
        aria-label="Find peerings by address, AS number or router ID"
        value={query.get('q') ?? ''}
        onInput={(e) => setQuery({ q: e.currentTarget.value })}
      />
      <Choice label="State" value={(query.get('state') ?? '') as (typeof UPS)[number][0]} options={UPS} onPick={(state) => setQuery({ state })} />
      <select class="on-phone" aria-label="Order" value={query.get('sort') ?? 'worst'} onChange={(e) => setQuery({ sort: e.currentTarget.value === 'worst' ? undefined : e.currentTarget.value, reverse: undefined })}>
        {Object.entries(ORDER_WORDS).map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
      <Choice label="Findings" value={(query.get('severity') ?? '') as (typeof SEVERITIES)[number][0]} options={SEVERITIES} onPick={(severity) => setQuery({ severity })} />
      {code && (
        <button type="button" class="chip" onClick={() => setQuery({ code: undefined })} aria-label={`No longer only ${code}`}>
          {code} ✕
        </button>
      )}
      <span class="faint" role="status">
        {shown === all ? counted(all, 'peering') : `${count(shown)} of ${counted(all, 'peering')}`}
      </span>
    </div>
  )
}
