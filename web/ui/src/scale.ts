// Moments to places on a line, in two ways: even time, and time in which long silences are drawn short, since what
// matters in BGP happens within milliseconds and is then still for minutes.

export interface Scale {
  from: number
  to: number
  at: (t: number) => number // 0 to 1
  time: (x: number) => number
}

export function even(from: number, to: number): Scale {
  const length = to - from || 1
  return { from, to, at: (t) => (t - from) / length, time: (x) => from + x * length }
}

const SHORTEST = 0.25
const UNIT = 0.001

// Each stretch between two events gets room by the logarithm of its length.
export function elastic(from: number, to: number, events: number[]): Scale {
  const stops = [...new Set([from, ...events.filter((t) => t > from && t < to), to])].sort((a, b) => a - b)
  const places = [0]
  for (let i = 1; i < stops.length; i++) places.push(places[i - 1]! + SHORTEST + Math.log10(1 + (stops[i]! - stops[i - 1]!) / UNIT))
  const whole = places[places.length - 1]! || 1
  const find = (list: number[], x: number) => {
    let low = 0
    let high = list.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (list[middle]! <= x) low = middle
      else high = middle
    }
    return low
  }
  const between = (x: number, a: number[], b: number[]) => {
    if (a.length < 2) return b[0]!
    const i = find(a, x)
    return b[i]! + ((x - a[i]!) / (a[i + 1]! - a[i]! || 1)) * (b[i + 1]! - b[i]!)
  }
  return { from, to, at: (t) => between(t, stops, places) / whole, time: (x) => between(x * whole, places, stops) }
}

// Whether even time would draw most of the events upon each other.
export function crowded(from: number, to: number, events: number[], width: number): boolean {
  const pixel = (to - from) / width
  let near = 0
  for (let i = 1; i < events.length; i++) if (events[i]! - events[i - 1]! > 0 && events[i]! - events[i - 1]! < 4 * pixel) near++
  return near * 2 > events.length
}

const STEPS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000]

export interface Tick {
  x: number
  t: number
}

// Ticks at round times, or, on a line that is not even, at events; never nearer to each other than `room` pixels.
export function ticks(scale: Scale, events: number[], width: number, room: number, isEven: boolean): Tick[] {
  const out: Tick[] = []
  const put = (t: number) => {
    const x = scale.at(t) * width
    const last = out[out.length - 1]
    if (x >= 0 && x <= width && (!last || x - last.x >= room)) out.push({ x, t })
  }
  if (isEven) {
    const least = ((scale.to - scale.from) * room) / width
    const step = STEPS.find((s) => s >= least) ?? 2592000
    for (let t = Math.ceil(scale.from / step) * step, i = 0; t <= scale.to && i < 100; t += step, i++) put(t)
  } else {
    put(scale.from)
    events.forEach(put)
  }
  return out
}

// How many digits behind the point of a second tell two ticks apart.
export function digitsFor(list: Tick[]): number {
  let least = Infinity
  for (let i = 1; i < list.length; i++) least = Math.min(least, list[i]!.t - list[i - 1]!.t)
  return least >= 1 ? 0 : least >= 0.001 ? 3 : 6
}
