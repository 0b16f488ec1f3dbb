// Peerings, all of them once and then only those that had a packet since; and which of them are shown, in what order.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { ApiError, get, type PeeringLine, type Severity, type Sparks } from './api'
import { useLive } from './data'
import { moment, type Moment } from './words'

const PEERINGS_MOST = 20000

export interface List {
  now: string | null
  matched: number
  peerings: PeeringLine[]
}

export function usePeerings(code: string | undefined) {
  const { turn } = useLive()
  const [list, setList] = useState<{ code: string | undefined; list: List } | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    const old = list && list.code === code ? list.list : null
    const query = { limit: PEERINGS_MOST, code, since: old && !code ? (old.now ?? undefined) : undefined }
    get<List>('peerings', query, abort.signal)
      .then((got) => {
        const merged = query.since === undefined ? got : merge(old!, got)
        setList({ code, list: merged })
        setError(null)
      })
      .catch((e) => abort.signal.aborted || setError(e))
    return () => abort.abort()
  }, [turn, code])
  return { list: list && list.code === code ? list.list : null, error }
}

function merge(old: List, got: List): List {
  const fresh = new Map(got.peerings.map((p) => [p.id, p]))
  const kept = old.peerings.map((p) => {
    const newer = fresh.get(p.id)
    fresh.delete(p.id)
    return newer ?? p
  })
  return { now: got.now, matched: old.matched + fresh.size, peerings: [...kept, ...fresh.values()] }
}

// UPDATEs of the last day, and sessions lost in it: asked for now and then only.
export interface Sparked {
  updates: Map<string, number[]>
  lost: Map<string, number>
}

const SPARKS_EVERY = 30

export function useSparks(): Sparked | null {
  const { turn } = useLive()
  const [sparks, setSparks] = useState<Sparked | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    get<Sparks>('sparks', {}, abort.signal)
      .then((s) => setSparks({ updates: new Map(s.peerings.map((p) => [p.peering, p.updates])), lost: new Map(s.peerings.map((p) => [p.peering, p.lost])) }))
      .catch(() => {}) // the table goes without
    return () => abort.abort()
  }, [Math.floor(turn / SPARKS_EVERY)])
  return sparks
}

// Losses of the last day: as they were counted then, and what came since.
export function useLosses(rows: PeeringLine[], sparks: Sparked | null): (p: PeeringLine) => number {
  const then = useMemo(() => new Map(rows.map((p) => [p.id, lost(p)])), [sparks])
  return (p) => {
    const all = lost(p)
    if (!sparks?.lost.size) return all
    return Math.min(all, (sparks.lost.get(p.id) ?? 0) + all - (then.get(p.id) ?? all))
  }
}

// By the clock of the capture, as it goes on while it is watched.
export function useClock(live: boolean, now: Moment): Moment {
  const { at } = useLive()
  const [, setBeat] = useState(0)
  useEffect(() => {
    if (!live) return
    const timer = setInterval(() => setBeat((n) => n + 1), 1000)
    return () => clearInterval(timer)
  }, [live])
  return now === null || !live ? now : now + Math.min(60, (Date.now() - at) / 1000)
}

// ---- filter and sort

const RANK: Record<Severity, number> = { info: 1, warning: 2, error: 3 }
const STATES = ['Unknown', 'Idle', 'Connect', 'Active', 'OpenSent', 'OpenConfirm', 'Established']
const worst = (p: PeeringLine) => (p.worst ? RANK[p.worst.severity] : 0)
export const lost = (p: PeeringLine) => Math.max(p.sides[0].lost_count, p.sides[1].lost_count)
const routes = (p: PeeringLine) => p.sides[0].routes + p.sides[1].routes
const since = (p: PeeringLine) => Math.max(moment(p.sides[0].state_since) ?? 0, moment(p.sides[1].state_since) ?? 0)
const low = (p: PeeringLine) => Math.min(...p.sides.map((s) => (s.min_hold_margin_s !== null && s.min_hold_margin_s >= 0 && p.hold_time ? s.min_hold_margin_s / p.hold_time : 9)))

// So that 10.0.0.9 stands before 10.0.0.10, and IPv4 before IPv6.
function addressKey(address: string): string {
  if (!address.includes(':')) return '4' + address.split('.').map((n) => n.padStart(3, '0')).join('.')
  const [head = '', tail] = address.split('::')
  const left = head ? head.split(':') : []
  const right = tail ? tail.split(':') : []
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return '6' + [...left, ...middle, ...right].map((n) => n.padStart(4, '0')).join(':')
}

export type Key = 'worst' | 'address' | 'state' | 'since' | 'margin' | 'routes' | 'lost'
type Compare = (a: PeeringLine, b: PeeringLine) => number
const ORDERS: Record<Key, Compare> = {
  worst: (a, b) => Number(a.up) - Number(b.up) || worst(b) - worst(a) || since(b) - since(a),
  address: () => 0,
  state: (a, b) => Math.min(...a.sides.map((s) => STATES.indexOf(s.state))) - Math.min(...b.sides.map((s) => STATES.indexOf(s.state))),
  since: (a, b) => since(b) - since(a),
  margin: (a, b) => low(a) - low(b),
  routes: (a, b) => routes(b) - routes(a),
  lost: (a, b) => lost(b) - lost(a),
}

export const UPS = [
  ['', 'All'],
  ['down', 'Down'],
  ['lost', 'Lost a session'],
  ['up', 'Up'],
] as const
export const SEVERITIES = [
  ['', 'Any severity'],
  ['error', 'Errors'],
  ['warning', 'Warnings or worse'],
] as const

function fits(p: PeeringLine, text: string, up: string, severity: string): boolean {
  if (up === 'down' && p.up) return false
  if (up === 'up' && !p.up) return false
  if (up === 'lost' && !lost(p)) return false
  if (severity && worst(p) < RANK[severity as Severity]) return false
  if (!text) return true
  const number = text.replace(/^as/, '')
  return p.id.includes(text) || p.sides.some((s) => String(s.asn) === number || s.router_id?.includes(text))
}

export function choose(list: List, query: URLSearchParams): PeeringLine[] {
  const text = (query.get('q') ?? '').trim().toLowerCase()
  const [up, severity] = [query.get('state') ?? '', query.get('severity') ?? '']
  const key = (query.get('sort') ?? 'worst') as Key
  const order = ORDERS[key] ?? ORDERS.worst
  const sign = query.get('reverse') ? -1 : 1
  return list.peerings
    .filter((p) => fits(p, text, up, severity))
    .map((p) => ({ p, key: addressKey(p.sides[0].address) + addressKey(p.sides[1].address) }))
    .sort((a, b) => sign * (order(a.p, b.p) || (a.key < b.key ? -1 : 1)))
    .map((x) => x.p)
}
