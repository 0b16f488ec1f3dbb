// All findings: a feed with filters, which stand in the address.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Finding, Overview } from './api'
import { useData } from './data'
import { FindingItem } from './finding'
import { Choice, Trouble, Waiting } from './parts'
import { setQuery, type Place } from './route'
import { count, counted, moment } from './words'

const SEVERITIES = [
  ['', 'All'],
  ['warning', 'Warnings or worse'],
  ['error', 'Errors'],
] as const
const ORDERS = [
  ['', 'Newest first'],
  ['worst', 'Worst first'],
] as const
const PAGE = 100

export function FindingsView({ place }: { place: Place }) {
  const q = (key: string) => place.query.get(key) ?? ''
  const [pages, setPages] = useState(1)
  const [text, setText] = useState(q('q'))
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const overview = useData<Overview>('overview')
  const filters = { q: q('q'), severity: q('severity'), code: q('code'), peering: q('peering'), order: q('order') }
  const { data, error } = useData<{ now: string | null; matched: number; findings: Finding[] }>('findings', { ...filters, limit: PAGE * pages })
  useEffect(() => {
    document.title = 'Findings – routetap'
    return () => clearTimeout(timer.current)
  }, [])
  useEffect(() => setPages(1), [place.query.toString()])
  const type = (value: string) => {
    setText(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setQuery({ q: value }), 200)
  }
  return (
    <main>
      <h1>Findings</h1>
      <div class="filters" role="search">
        <input type="search" placeholder="Words, address or code" aria-label="Find by words, address or code" value={text} onInput={(e) => type(e.currentTarget.value)} />
        <Choice label="Severity" value={filters.severity as (typeof SEVERITIES)[number][0]} options={SEVERITIES} onPick={(severity) => setQuery({ severity })} />
        <Choice label="Order" value={filters.order as (typeof ORDERS)[number][0]} options={ORDERS} onPick={(order) => setQuery({ order })} />
        <select aria-label="Code" value={filters.code} onChange={(e) => setQuery({ code: e.currentTarget.value })}>
          <option value="">Every code</option>
          {overview.data?.codes.map((c) => (
            <option key={c.code + c.severity} value={c.code}>
              {c.code} ({count(c.findings)})
            </option>
          ))}
        </select>
        {filters.peering && (
          <button type="button" class="chip" onClick={() => setQuery({ peering: undefined })}>
            {filters.peering} ✕
          </button>
        )}
        <span class="faint" role="status">
          {data && counted(data.matched, 'finding')}
        </span>
      </div>
      {error && !data ? (
        <Trouble error={error} />
      ) : !data ? (
        <Waiting />
      ) : data.findings.length ? (
        <ul class="feed">
          {data.findings.map((f) => (
            <FindingItem key={f.id} finding={f} now={moment(data.now)} />
          ))}
        </ul>
      ) : (
        <p class="notice">Nothing was found{place.query.toString() ? ' that fits these filters' : ': all is well'}.</p>
      )}
      {data && data.matched > data.findings.length && (
        <p class="more">
          <button type="button" onClick={() => setPages(pages + 1)}>
            Show more
          </button>
        </p>
      )}
    </main>
  )
}
