// Small things that several views show.
import type { ComponentChildren } from 'preact'
import type { ApiError, Severity, State } from './api'
import { go } from './route'
import { seconds } from './words'

interface LinkProps {
  to: string
  children: ComponentChildren
  class?: string | undefined
  title?: string | undefined
  current?: boolean
}

// An address of ours, followed without loading the page anew.
export function Link({ to, children, class: name, title, current }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    go(to)
  }
  return (
    <a href={to} onClick={follow} class={name} title={title} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  )
}

// Shapes differ, too: colours alone tell not everybody.
const SHAPES: Record<Severity, string> = {
  error: 'M8 1 15 8 8 15 1 8Z',
  warning: 'M8 2 15 14 1 14Z',
  info: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12Z',
}

export function SeverityMark({ severity }: { severity: Severity }) {
  return (
    <svg class={`mark sev-${severity}`} viewBox="0 0 16 16" role="img" aria-label={severity}>
      <path d={SHAPES[severity]} />
    </svg>
  )
}

export const StatePill = ({ state }: { state: State }) => <span class={`pill st-${state}`}>{state}</span>

// How much of the hold time was left when things were worst; the first third is where it gets dangerous. While it is
// watched, a tick shows what is left now.
export function Margin({ least, hold, wide, left }: { least: number | null; hold: number | null; wide?: boolean; left?: number | null }) {
  if (least === null || !hold) return <span class="faint">–</span>
  // the clock of the capture jumped, or packets are missing: the session lived on, so that is no margin
  if (least < 0) return <span class="faint" title={`By its stamps nothing came for ${seconds(hold - least)} of ${hold} s, and the session lived: the clock was stepped, or the capture missed something`}>not known</span>
  const share = Math.max(0, Math.min(1, least / hold))
  const kind = share < 1 / 3 ? 'low' : share < 0.5 ? 'mid' : 'good'
  return (
    <span class={wide ? 'margin wide' : 'margin'} title={`${left === undefined || left === null ? '' : `left now: ${seconds(Math.max(0, left))}; `}least that was left: ${seconds(least)} of ${hold} s`}>
      <svg viewBox="0 0 60 6" preserveAspectRatio="none" aria-hidden="true">
        <rect class="track" width="60" height="6" rx="2" />
        <rect class={kind} width={Math.max(1.5, 60 * share)} height="6" rx="2" />
        <path class="third" d="M20 0V6" />
        {left !== undefined && left !== null && <rect class="now" x={Math.max(0, Math.min(58, (60 * left) / hold - 1))} width="2" height="6" />}
      </svg>
      <span class="num">{seconds(least)}</span>
      {wide && <span class="faint"> of {hold} s</span>}
    </span>
  )
}

export function Trouble({ error }: { error: ApiError }) {
  return (
    <p class="notice bad" role="alert">
      {error.message}
    </p>
  )
}

export const Waiting = () => (
  <p class="notice faint" role="status">
    Asking …
  </p>
)

export function Choice<T extends string>(props: { label: string; value: T; options: readonly (readonly [T, string])[]; onPick: (value: T) => void }) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.options.map(([value, words]) => (
        <button type="button" key={value} aria-pressed={props.value === value} onClick={() => props.onPick(value)}>
          {words}
        </button>
      ))}
    </div>
  )
}

export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

// Wider than a phone, it scrolls within itself.
export const Table = ({ heads, children }: { heads: string[]; children: ComponentChildren }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={`table: ${heads.join(', ')}`}>
    <table>
      <thead>
        <tr>
          {heads.map((h) => (
            <th scope="col" key={h}>
              {h}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)

export const place = (frame: number | null, file?: string | null) =>
  frame === null || !frame ? null : file ? `frame ${frame} of ${file.replace(/.*\//, '')}` : `frame ${frame}`
