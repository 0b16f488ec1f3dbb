// Answers of the API, typed: of the whole, of findings and of the capture.

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
  duplicates: number[]
  truncated: number[]
  one_way: number[]
}

// What is new, as it is told while somebody looks.
export interface Gained {
  now?: string | null
  states?: { peering: string; side: string; state: State; since: string | null }[]
  findings?: { id: number; severity: Severity; code: string; title: string; peering: string | null }[]
}
