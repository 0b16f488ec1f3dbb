// What stands in a message, as nested lists; and its bytes.
import { useState } from 'preact/hooks'
import { count } from './words'

type Json = unknown
const FEW = 50

const isPlain = (v: Json) => v === null || typeof v !== 'object'
const words = (key: string) => key.replace(/_/g, ' ')
const show = (v: Json) => (v === null ? '–' : v === true ? 'yes' : v === false ? 'no' : String(v))

// Short ones stand on one line.
function Item({ value }: { value: Json }) {
  if (isPlain(value)) return <span class="value">{show(value)}</span>
  const rows = Object.entries(value as Record<string, Json>)
  const short = rows.every(([, v]) => isPlain(v) || (Array.isArray(v) && !v.length)) && rows.reduce((n, [k, v]) => n + k.length + String(v).length + 3, 0) < 110
  if (!short || Array.isArray(value)) return <Tree value={value as object} />
  return (
    <span class="pairs">
      {rows.map(([k, v]) => (
        <span key={k}>
          <span class="faint">{words(k)}</span> <span class="value">{Array.isArray(v) ? 'none' : show(v)}</span>
        </span>
      ))}
    </span>
  )
}

function List({ items }: { items: Json[] }) {
  const [most, setMost] = useState(FEW)
  if (!items.length) return <span class="faint">none</span>
  if (items.every(isPlain) && items.length <= 12) return <span class="value">{items.map(show).join(', ')}</span>
  return (
    <ol class="items">
      {items.slice(0, most).map((v, i) => (
        <li key={i}>
          <Item value={v} />
        </li>
      ))}
      {items.length > most && (
        <li>
          <button type="button" class="plainly" onClick={() => setMost(most * 10)}>
            {count(items.length - most)} more
          </button>
        </li>
      )}
    </ol>
  )
}

export function Tree({ value }: { value: object }) {
  if (Array.isArray(value)) return <List items={value} />
  const rows = Object.entries(value as Record<string, Json>)
  return (
    <dl class="tree">
      {rows.map(([key, v]) => (
        <div key={key} class={isPlain(v) || (Array.isArray(v) && v.every(isPlain)) ? 'flat' : 'deep'}>
          <dt>{words(key)}</dt>
          <dd>{isPlain(v) ? <span class="value">{show(v)}</span> : <Tree value={v as object} />}</dd>
        </div>
      ))}
    </dl>
  )
}

const LINE = 32
const LINES = 64

export function Hex({ hex }: { hex: string }) {
  const [all, setAll] = useState(false)
  if (!hex) return null
  const lines: string[] = []
  for (let i = 0; i < hex.length && (all || lines.length < LINES); i += LINE) {
    const part = hex.slice(i, i + LINE).match(/../g)!
    const text = part.map((b) => Number.parseInt(b, 16)).map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '·'))
    lines.push(`${(i / 2).toString(16).padStart(4, '0')}  ${part.join(' ').padEnd(LINE * 1.5 - 1)}  ${text.join('')}`)
  }
  return (
    <details class="hex">
      <summary>{count(hex.length / 2)} bytes</summary>
      <pre>{lines.join('\n')}</pre>
      {hex.length > LINES * LINE && !all && (
        <button type="button" class="plainly" onClick={() => setAll(true)}>
          All of them
        </button>
      )}
    </details>
  )
}
