// Times, spans, counts and places as people read them. Moments are seconds since 1970, UTC; null: not known.
import type { Geo } from './api'

export type Moment = number | null

// As fine as a number can hold: a quarter of a microsecond.
export function moment(text: string | null | undefined): Moment {
  const parts = /^(.{19})(\.\d+)?Z$/.exec(text ?? '')
  if (!parts) return null
  return Date.parse(parts[1]! + 'Z') / 1000 + (parts[2] ? Number('0' + parts[2]) : 0)
}

// As the API takes it.
export const iso = (t: number) => {
  const whole = Math.floor(t)
  return `${new Date(whole * 1000).toISOString().slice(0, 19)}.${String(Math.floor((t - whole) * 1e6 + 0.3)).padStart(6, '0')}Z`
}

const two = (n: number) => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function day(t: number): string {
  const d = new Date(t * 1000)
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()}`
}

export const shortDay = (t: number) => day(t).replace(/ \d{4}$/, '')

// "10:00:03.184"; digits behind the point are cut, not rounded, as clocks do
export function clock(t: number, digits = 3): string {
  const whole = Math.floor(t + 1e-7)
  const d = new Date(whole * 1000)
  const text = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`
  if (!digits) return text
  // a number near two thousand million holds no more than a quarter of a microsecond
  const fraction = Math.max(0, Math.floor((t - whole) * 10 ** digits + (digits < 6 ? 0.01 : 0.3)))
  return `${text}.${String(fraction).padStart(digits, '0')}`
}

export const sameDay = (a: number, b: number) => Math.floor(a / 86400) === Math.floor(b / 86400)

// With its day where that is not the one of `now`.
export function stamp(t: Moment, now: Moment, digits = 3): string {
  if (t === null) return '–'
  return now !== null && sameDay(t, now) ? clock(t, digits) : `${day(t)} ${clock(t, digits)}`
}

export function range(a: Moment, b: Moment): string {
  if (a === null || b === null) return 'no time yet'
  return sameDay(a, b) ? `${day(a)}, ${clock(a, 0)} – ${clock(b, 0)} UTC` : `${day(a)} ${clock(a, 0)} – ${day(b)} ${clock(b, 0)} UTC`
}

// "840 µs", "59.1 s", "12 min 4 s", "3 h 12 min", "2 d 3 h"
export function span(s: number): string {
  const sign = s < 0 ? '−' : ''
  s = Math.abs(s)
  if (s === 0) return '0 s'
  if (s < 0.001) return `${sign}${Math.round(s * 1e6)} µs`
  if (s < 1) return `${sign}${s < 0.01 ? (s * 1e3).toFixed(1) : Math.round(s * 1e3)} ms`
  if (s < 10) return `${sign}${s.toFixed(1)} s`
  if (s < 60) return `${sign}${Math.floor(s)} s`
  if (s < 3600) return sign + pair(Math.floor(s / 60), 'min', Math.floor(s % 60), 's')
  if (s < 86400) return sign + pair(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min')
  return sign + pair(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h')
}

// How long ago, as the capture's clock stands.
export function since(t: string | null, now: Moment): string {
  const from = moment(t)
  return from === null || now === null ? '' : span(Math.max(0, now - from))
}

const pair = (a: number, unit: string, b: number, smaller: string) => (b ? `${a} ${unit} ${b} ${smaller}` : `${a} ${unit}`)

export const count = (n: number) => n.toLocaleString('en-US')
export const counted = (n: number, one: string, many = one + 's') => `${count(n)} ${n === 1 ? one : many}`

export function bytes(n: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  let i = 0
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`
}

const FAMILY_WORDS: Record<string, string> = { ipv4: 'IPv4', ipv6: 'IPv6', vpnv4: 'VPNv4', vpnv6: 'VPNv6', l2vpn: 'L2VPN', vpn: 'VPN', evpn: 'EVPN', mvpn: 'MVPN', vpls: 'VPLS', ls: 'LS', flowspec: 'FlowSpec', flow: 'FlowSpec', sr: 'SR', te: 'TE', rtc: 'RTC', mdt: 'MDT', bgp: 'BGP', nsap: 'NSAP' }

// "ipv4-unicast" → "IPv4 unicast"
export const familyName = (key: string) =>
  key
    .split('-')
    .map((word) => FAMILY_WORDS[word] ?? word)
    .join(' ')

// Families that stand in other words.
export const familiesIn = (text: string) => text.replace(/\b(ipv[46]|vpnv[46]|l2vpn)-[a-z0-9-]+/g, familyName)

// With a capital in front, as sentences have; what is not a word, as a path or a name with digits, stays as it is.
export const sentence = (text: string) => (/^[a-z]+[ ,]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text)

export const typeName = (type: string) => ({ ebgp: 'eBGP', ibgp: 'iBGP' })[type] ?? ''

// "hold-timer-expired" → "hold timer expired"
export const plain = (key: string) => key.replace(/-/g, ' ')

// "bgp-open-bad-peer-as" → "BGP open bad peer AS"
const SHORT = /\b(bgp|ospf|tcp|as|mtu|icmp|ttl|md5|ao|bfd|fsm|lsa|id)\b/g
export function title(code: string): string {
  const words = plain(code).replace(SHORT, (word) => word.toUpperCase())
  return words[0]!.toUpperCase() + words.slice(1)
}

// Hold times are told in seconds, as routers have them.
export const seconds = (s: number) => (s === 0 ? '0 s' : s < 10 ? `${s.toFixed(1)} s` : s < 1000 ? `${Math.floor(s)} s` : span(s))

export const percent = (part: number, of: number) => (of ? `${((100 * part) / of).toFixed(part * 100 < of && part ? 1 : 0)} %` : '–')

/** "AS 3356 Example Transit, Köln, Germany"; "" for what no database knows. */
export function whoAndWhere(g: Geo | undefined): string {
  const who = [g?.asn && `AS ${g.asn}`, g?.organization].filter(Boolean).join(' ')
  return [who, g?.city, g?.country_name ?? g?.country].filter(Boolean).join(', ')
}
