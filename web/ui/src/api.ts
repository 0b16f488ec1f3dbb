// Paths of the API in; its answers, typed. The token, where the server asks for one, is kept for this tab alone.

export type Severity = 'error' | 'warning' | 'info'
export type State = 'Idle' | 'Connect' | 'Active' | 'OpenSent' | 'OpenConfirm' | 'Established' | 'Unknown'

export interface CaptureFacts {
  first: string | null
  last: string | null
  packets: number
  bytes: number
  bgp_packets: number
  ospf_packets: number
  truncated_packets: number
  duplicate_packets: number
  icmp_errors: number
  bgp_messages: number
  complete: boolean
}

export interface CodeFound {
  code: string
  severity: Severity
  findings: number
  peerings: number
  down: number
  last: string | null
  latest: number
  title: string
  peering: string | null
  meaning: string | null
}

export interface Overview {
  now: string | null
  program: string
  live: boolean
  capture: CaptureFacts
  peerings: { total: number; up: number }
  codes: CodeFound[]
  findings: Record<Severity, number>
}

/** Who and where an address is, by the databases of --geoip. */
export interface Geo {
  asn: number | null
  organization: string | null
  city: string | null
  country: string | null
  country_name: string | null
}

/** … and whether the database has the AS that originates a prefix. */
export interface RouteGeo {
  origin: 'same' | 'other' | 'unknown'
  prefix: Geo
  next_hop: Geo
  from: Geo
}

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

export interface PeeringLine {
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

export interface Peering {
  now: string | null
  id: string
  type: 'ebgp' | 'ibgp' | 'unknown'
  up: boolean
  sides: [Side, Side]
  hold_time: number | null
  keepalive_interval: number | null
  midway: boolean
  first: string | null
  last: string | null
  packets: number
  connections: number
  findings: number
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

// ---- OSPF

export type OspfState = 'Down' | 'Attempt' | 'Init' | '2-Way' | 'ExStart' | 'Exchange' | 'Loading' | 'Full' | 'Unknown'

export interface OspfSide {
  router_id: string
  address: string | null
  state: OspfState
  state_since: string | null
  full_count: number
  lost_count: number
  dead_interval: number | null
  min_dead_margin_s: number | null
  lsas_requested: number
  lsas_flooded: number
  lsas_resent: number
}

export interface Adjacency {
  id: string
  version: number
  instance?: number
  area: string
  link: string
  network_type: string
  routers: [string, string]
  sides: [OspfSide, OspfSide]
  first: string | null
  lost_count: number
}

export interface Ospf {
  now: string | null
  total: number
  settled: number
  routers: { router_id: string; version: number; instance?: number; addresses: string[]; areas: string[]; roles: string[] }[]
  links: { name: string; version: number; type: string; dr: string | null; bdr: string | null; dr_changes: number; interfaces: { router_id: string; address: string | null; area: string; hello_interval: number | null; dead_interval: number | null; mtu: number | null; priority: number | null; authentication: string | null }[] }[]
  adjacencies: Adjacency[]
  standing: { number: number; up: boolean; findings: number; worst: Severity | null; dr: string | null; bdr: string | null }[]
  transitions: { adjacency: number; side: 0 | 1; time: string | null; from: OspfState; to: OspfState; frame: number | null; cause: string }[]
}

export interface LsaKey {
  version: number
  instance?: number
  area: string | null
  type: number
  link_state_id: string
  advertising_router: string
}

export interface OspfActivity {
  now: string | null
  first: string | null
  step: number
  intervals: { start: number; new: number; refreshed: number; changed: number; flushed: number }[]
  busiest: (LsaKey & { changes: number; changed: number; last: string | null })[]
  latest: (LsaKey & { time: string | null; change: 'new' | 'changed' | 'flushed'; words: string | null })[]
}

export interface TopologyArea {
  area: string
  routers: { router_id: string; described: boolean; part?: number; abr?: boolean; asbr?: boolean }[]
  networks: { prefix: string | null; described: boolean; dr_address?: string; dr_interface?: number; designated_router?: string; part?: number; routers: string[] }[]
  links: { from: string; to?: string; to_network?: string; type: string; cost: number; address?: string; described_back: boolean }[]
  stubs: { router_id: string; prefix: string; cost: number }[]
}

export interface TopologyDomain {
  version: number
  instance?: number
  areas: TopologyArea[]
}

export interface Topology {
  at: string | null
  domains: TopologyDomain[]
}

export interface Lsa extends LsaKey {
  link?: string | null
  name?: string
  sequence: string
  age: number
  length: number
  checksum: string
  last_seen: string
  seen_whole: boolean
  [more: string]: unknown
}

export interface Lsdb {
  at: string | null
  lsas: Lsa[]
  matched: number
  all: number
}

// ---- routes

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

export interface Sparks {
  now: string | null
  since: number
  step: number
  peerings: { peering: string; updates: number[]; lost: number }[]
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

export interface Finding {
  id: number
  code: string
  severity: Severity
  confidence: 'certain' | 'likely' | 'possible'
  time: string | null
  last_time: string | null
  count: number
  peering?: string
  at: string | null
  title: string
  explanation: string
}

export interface WholeFinding {
  now: string | null
  finding: Finding & {
    advice: string
    evidence: { file: string | null; frame: number; time: string | null; note: string }[]
    evidence_left_out?: number
  }
  about: { meaning: string; proof: string; fix: string }
  commands: { vendor: string; title: string; text: string }[]
}

export interface Capture {
  now: string | null
  program: string
  live: boolean
  capture: CaptureFacts & {
    damaged_frames: number
    encrypted_packets: number
    fragments_lost: number
    stepped_back: number
    passed_over: number
    announced: number
    withdrawn: number
  }
  files: {
    path: string
    packets: number
    link_type: string
    bytes: number
    dropped_packets?: number
    damage?: string
    damage_offset?: number
  }[]
  carriers: { name: string; packets: number }[]
  one_way: {
    peerings: { peering: string; heard: string; missing: string; acknowledged: boolean; packets: number; connections: number; first: string | null; last: string | null }[]
    matched: number
  }
  duplicates: { peerings: { peering: string; packets: number }[]; matched: number }
  kept: { database_bytes: number | null; evidence_bytes: number | null }
  findings: Finding[]
}

export interface CaptureSeries {
  now: string | null
  step: number
  since: number
  until: number
  time: number[]
  packets: number[]
  bytes: number[]
  received: number[]
  dropped: number[]
  interface_dropped: number[]
}

const KEY = 'routetap-token'

export class ApiError extends Error {
  constructor(public status: number, words: string) {
    super(words)
  }
}

// A token may come behind the # of the address, which is never sent to a server.
export function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash)
  if (found) {
    setToken(decodeURIComponent(found[1]!))
    history.replaceState(null, '', location.pathname + location.search)
  }
}

export function setToken(token: string) {
  sessionStorage.setItem(KEY, token)
}

export const hasToken = () => Boolean(sessionStorage.getItem(KEY))

function headers(): HeadersInit {
  const token = sessionStorage.getItem(KEY)
  return token ? { Authorization: `Bearer ${token}` } : {}
}

export type Query = Record<string, string | number | undefined>

export function address(path: string, query: Query = {}): string {
  const words = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  return words.length ? `${path}?${new URLSearchParams(words.map(([k, v]) => [k, String(v)]))}` : path
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(address(`/api/v1/${path}`, query), { headers: headers(), ...(signal && { signal }) })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'routetap does not answer: it may have been stopped.')
  }
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new ApiError(response.status, body.error ?? response.statusText)
  return body as T
}

// A file from the API, to be kept: by fetch, since a link cannot send the token.
export async function download(path: string, query: Query, name: string) {
  const response = await fetch(address(`/api/v1/${path}`, query), { headers: headers() })
  if (!response.ok) {
    const body = await response.json().catch(() => ({}))
    throw new ApiError(response.status, body.error ?? response.statusText)
  }
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
}

export interface Gained {
  now?: string | null
  states?: { peering: string; side: string; state: State; since: string | null }[]
  findings?: { id: number; severity: Severity; code: string; title: string; peering: string | null }[]
}

// Server-sent events by fetch, since EventSource cannot send a token. Begins again by itself until the signal ends it.
export async function listen(onGained: (news: Gained) => void, onLink: (up: boolean) => void, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const response = await fetch('/api/v1/live', { headers: headers(), signal })
      if (!response.ok || !response.body) throw new Error(String(response.status))
      onLink(true)
      await readEvents(response.body, onGained)
    } catch {
      if (signal.aborted) return
    }
    onLink(false)
    await new Promise((done) => setTimeout(done, 2000))
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, onGained: (news: Gained) => void) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += decoder.decode(value, { stream: true })
    const events = text.split('\n\n')
    text = events.pop()!
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1]
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (name && data) onGained(JSON.parse(data) as Gained)
    }
  }
}
