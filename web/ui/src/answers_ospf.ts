// Answers of the API, typed: OSPF.
import type { Severity } from './answers'

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
