// Answers of the API, typed: peerings, what they said, and routes.
import type { Geo, Severity, State } from './answers'

export interface SideLine {
  address: string
  asn: number | null
  geo?: Geo
  router_id: string | null
  state: State
  state_since: string | null
  hold_time: number | null
  last_heard: string | null
  min_hold_margin_s: number | null
  established_count: number
  lost_count: number
  routes: number
  updates: number
  retransmissions: number
}

interface PeeringFacts {
  id: string
  type: 'ebgp' | 'ibgp' | 'unknown'
  up: boolean
  hold_time: number | null
  keepalive_interval: number | null
  midway: boolean
  first: string | null
  last: string | null
  packets: number
  connections: number
  findings: number
}

export interface PeeringLine extends PeeringFacts {
  worst: { id: number; severity: Severity; code: string; title: string } | null
  sides: [SideLine, SideLine]
}

export interface Tcp {
  segments: number
  bytes: number
  retransmissions: number
  retransmitted_bytes: number
  zero_windows: number
  zero_window_s: number
  rtt_min_s?: number
  rtt_mean_s?: number
  mss: number | null
  ttl: number | null
  md5: boolean
  ao: boolean
  missed_bytes: number
  duplicates: number
}

export interface Side {
  address: string
  asn: number | null
  geo?: Geo
  asn_inferred?: boolean
  router_id: string | null
  hold_time: number | null
  state: State
  state_since: string | null
  established_count: number
  lost_count: number
  min_hold_margin_s: number | null
  messages: Record<'open' | 'update' | 'notification' | 'keepalive' | 'route_refresh', number>
  routes: Record<string, number>
  announced: number
  withdrawn: number
  tcp: Tcp
}

export interface Offer {
  key: string
  name: string
  offers: [string | null, string | null]
  use: string | null
  fit: 'plain' | 'agreed' | 'one-sided' | 'conflict'
}

export interface Open {
  address: string
  seen: boolean
  time?: string | null
  frame?: number | null
  file?: string
  connection?: number
  cut?: boolean
  faults?: string[]
}

export interface Peering extends PeeringFacts {
  now: string | null
  sides: [Side, Side]
  opens: [Open, Open]
  offers: Offer[]
}

export interface SeriesSide {
  address: string
  hold_time: number | null
  time: number[]
  opens: number[]
  updates: number[]
  notifications: number[]
  keepalives: number[]
  route_refreshes: number[]
  message_bytes: number[]
  announced: number[]
  withdrawn: number[]
  segments: number[]
  segment_bytes: number[]
  retransmissions: number[]
  lost: number[]
  margin_s: (number | null)[]
  rtt_s: (number | null)[]
  zero_window_s: number[]
  routes: { family: string; held: [number, number][] }[]
}

export interface Series {
  now: string | null
  step: number
  since: number
  until: number
  hold_time: number | null
  sides: [SeriesSide, SeriesSide]
}

// A step between the two: a message, a change of one side's state, or an end of a TCP connection.
export interface Step {
  time: string
  frame?: number
  file?: string
  kind: 'message' | 'state' | 'tcp'
  side: 0 | 1 | null
  text: string
  message?: string | null
  length?: number
  announced?: number
  withdrawn?: number
  from?: State
  to?: State
  bytes?: string
  decoded?: Record<string, unknown>
}

export interface Messages {
  steps: Step[]
  more: boolean
  complete: boolean
  source: 'files' | 'evidence'
}

interface Point {
  time: string
  frame: number | null
  file?: string
}

export interface Transfer {
  from: string
  connection: number
  first: Point
  last: Point
  routes: number
  end_of_rib: boolean
  took_s: number
  sender_s: number
  window_s: number
  loss_s: number
  path_s: number
  line?: string
  part_s?: number
  timer_pauses?: number
  timer_s?: number
}

export interface EpisodeSide {
  peering: string
  from: string
  session_lost: boolean
  lost_routes: number
  first?: Point
  last?: Point
  withdrawals: number
  replacements: number
  announcements: number
}

export interface Episode {
  id: number
  trigger: 'session-lost' | 'withdrawal'
  peering: string
  at: string | null
  code: string | null
  end: 'settled' | 'goes-on' | 'restless'
  first: Point
  last: Point
  took_s: number
  quiet_s: number
  lost_routes: number
  followed: number
  prefixes: number
  as_before: number
  another_path: number
  gone: number
  withdrawals: number
  replacements: number
  announcements: number
  paths_explored_most: number
  paths_explored_median: number
  half_s: number
  most_s: number
  lower_bound: boolean
  others_kept: boolean
  sides: EpisodeSide[]
}

export interface Transition {
  time: string | null
  side: string | null
  from: State
  to: State
  frame: number | null
  file?: string
  cause: string
  connection: number
}

export interface Notification {
  time: string
  from: string | null
  code: number
  subcode: number
  name: string
  data: string
  frame: number | null
  file?: string
  text?: string
  inner?: { code: number; subcode: number; name: string }
  connection: number
}

export interface Connection {
  id: number
  active: string | null
  ports: [number, number]
  opened: string | null
  closed: string | null
  end: 'open' | 'fin' | 'reset' | 'timeout' | 'refused' | 'no-reply'
  end_by: string | null
  established: boolean
}

export interface Sparks {
  now: string | null
  since: number
  step: number
  peerings: { peering: string; updates: number[]; lost: number }[]
}

/** … and whether the database has the AS that originates a prefix. */
export interface RouteGeo {
  origin: 'same' | 'other' | 'unknown'
  prefix: Geo
  next_hop: Geo
  from: Geo
}

export interface RouteChange {
  time: string
  frame: number
  peering: string
  from: string
  family: string
  prefix: string
  rd?: string
  labels?: number[]
  path_id?: number
  what: 'announced' | 'changed' | 'announced-again' | 'withdrawn' | 'lost-with-session' | 'stale-removed'
  lived?: number
  rpki?: 'valid' | 'invalid' | 'not-found' | 'unknown'
  geo?: RouteGeo
  attributes?: { code: number; name?: string; value?: unknown }[]
  changes?: Record<string, unknown>
}

export interface RoutesFound {
  routes: { since: string; partial?: boolean; stale?: boolean; route: RouteChange }[]
  changes: RouteChange[]
  left_out: number
  partial: { peering: string; from: string }[]
  partial_sides: number
  complete: boolean
  source: 'database' | 'files' | 'evidence'
}
