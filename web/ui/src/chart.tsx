// Lists of numbers over time, as lines or bars: uPlot, with the colours of the page, UTC, and one cursor for all charts.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import './chart.css'
import { useWidth } from './data'
import { usePrinting } from './print'
import { clock, day, shortDay } from './words'

export interface Line {
  name: string
  values: (number | null)[]
  colour: string // a variable of app.css: '--link'
  shape?: 'line' | 'step' | 'bar'
  dash?: boolean
}

export interface ChartProps {
  name: string
  unit: string
  times: number[] // beginnings of intervals
  step: number // how long each is, seconds
  lines: Line[]
  format: (value: number) => string
  from: number
  to: number
  onZoom?: (span: { from: number; to: number } | null) => void
  floor?: { name: string; danger: number; top: number } // nothing is left at 0; below `danger` it gets tight
  round?: 'whole' | 'binary' // nothing between 1 and 2; or steps of bytes
}

// Turns when the colours of the page do.
function useScheme(): boolean {
  const printing = usePrinting()
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)')
    const update = () => setDark(media.matches)
    media.addEventListener('change', update)
    return () => media.removeEventListener('change', update)
  }, [])
  return dark && !printing
}

const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888'
const utc = (t: number) => uPlot.tzDate(new Date(t * 1e3), 'Etc/UTC')

// The line at which the session dies, and the zone before it.
function drawFloor(u: uPlot, floor: NonNullable<ChartProps['floor']>) {
  const { ctx, bbox } = u
  const [low, high] = [u.valToPos(0, 'y', true), u.valToPos(floor.danger, 'y', true)]
  ctx.save()
  ctx.fillStyle = colourOf('--error-soft')
  ctx.fillRect(bbox.left, high, bbox.width, low - high)
  ctx.strokeStyle = colourOf('--error')
  ctx.lineWidth = 2 * devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(bbox.left, low)
  ctx.lineTo(bbox.left + bbox.width, low)
  ctx.stroke()
  ctx.restore()
}

// Its name, upon all lines, with a rim so that they do not cross it out.
function nameFloor(u: uPlot, floor: NonNullable<ChartProps['floor']>) {
  const { ctx, bbox } = u
  const [x, y] = [bbox.left + 6 * devicePixelRatio, u.valToPos(0, 'y', true) - 4 * devicePixelRatio]
  ctx.save()
  ctx.fillStyle = colourOf('--error')
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  ctx.textBaseline = 'bottom'
  ctx.textAlign = 'left'
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4 * devicePixelRatio
  ctx.strokeStyle = colourOf('--paper')
  ctx.strokeText(floor.name, x, y)
  ctx.fillText(floor.name, x, y)
  ctx.restore()
}

function seriesOf(line: Line, format: (v: number) => string): uPlot.Series {
  const stroke = colourOf(line.colour)
  const paths =
    line.shape === 'bar'
      ? uPlot.paths.bars!({ size: [0.8, 24, 1] })
      : line.shape === 'step'
        ? uPlot.paths.stepped!({ align: 1 })
        : undefined
  return {
    label: line.name,
    stroke,
    width: 1.5,
    spanGaps: false,
    value: (_, v, __, at) => (at === null ? '' : v === null || v === undefined ? '–' : format(v)),
    ...(line.shape === 'bar' && { fill: stroke, width: 0 }),
    ...(line.dash && { dash: [4, 3] }),
    ...(paths && { paths }),
    points: { show: line.shape ? false : line.values.filter((v) => v !== null).length < 30, size: 5, fill: stroke },
  }
}

const ROUND = {
  whole: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7],
  binary: Array.from({ length: 44 }, (_, i) => 2 ** i),
}

// "2.0 s" → "2 s": what an axis marks is round
const bare = (text: string) => text.replace(/\.0\b/, '')

function optionsOf(p: ChartProps, width: number, zoom: (u: uPlot) => void): uPlot.Options {
  const axis = { stroke: colourOf('--faint'), grid: { stroke: colourOf('--line'), width: 1 }, ticks: { stroke: colourOf('--line'), width: 1 }, font: '11px system-ui, sans-serif' }
  const all = p.lines.flatMap((l) => l.values.filter((v): v is number => v !== null))
  const most = Math.max(p.floor?.top ?? 0, ...all, 0)
  return {
    width,
    height: width < 500 ? 150 : 180,
    tzDate: utc,
    cursor: { sync: { key: 'time' }, y: false, drag: { x: Boolean(p.onZoom), y: false, setScale: false } },
    legend: { live: true },
    padding: [null, 24, null, null], // the last label of the axis
    scales: { x: { time: true, range: () => [p.from, Math.max(p.to, p.from + 1)] }, y: { range: () => [0, most ? most * 1.08 : 1] } },
    axes: [
      { ...axis, space: 80, values: (_, at, __, ___, increment) => at.map((t) => (increment >= 86400 ? shortDay(t) : increment < 1 ? clock(t, increment < 0.01 ? 3 : 2) : clock(t, 0).slice(0, increment >= 60 ? 5 : 8))) },
      { ...axis, size: 62, space: 24, ...(p.round && { incrs: ROUND[p.round] }), values: (_, at) => at.map((v) => bare(p.format(v))) },
    ],
    series: [{ label: 'UTC', value: (_, t, __, at) => (at === null || t === null ? '' : `${day(t)} ${clock(t, 0)}`) }, ...p.lines.map((l) => seriesOf(l, p.format))],
    hooks: {
      drawAxes: [(u) => p.floor && drawFloor(u, p.floor)],
      draw: [(u) => p.floor && nameFloor(u, p.floor)],
      setSelect: [zoom],
    },
  }
}

// A step lasts until the end of its interval, also the last one.
function alignedOf({ times, step, lines }: ChartProps): uPlot.AlignedData {
  const end = times.length ? [times[times.length - 1]! + step] : []
  const last = (l: Line) => (end.length ? [l.shape === 'step' ? (l.values[times.length - 1] ?? null) : null] : [])
  return [[...times, ...end], ...lines.map((l) => [...l.values, ...last(l)])] as uPlot.AlignedData
}

export function Chart(props: ChartProps) {
  const [box, width] = useWidth<HTMLDivElement>()
  const dark = useScheme()
  const plot = useRef<uPlot | null>(null)
  const shape = [props.name, props.unit, props.from, props.to, props.floor?.top, props.lines.map((l) => l.name).join()].join('|')
  const data = useMemo(() => alignedOf(props), [props.times, props.step, props.lines])
  useLayoutEffect(() => {
    if (!box.current || !width) return
    const zoom = (u: uPlot) => {
      if (u.select.width < 6) return
      const [a, b] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')]
      u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
      props.onZoom?.({ from: a, to: b })
    }
    const u = new uPlot(optionsOf(props, width, zoom), data, box.current)
    plot.current = u
    return () => (u.destroy(), (plot.current = null))
  }, [width, dark, shape, data])
  return (
    <figure class="chart">
      <figcaption>
        {props.name} <span class="faint">{props.unit}</span>
      </figcaption>
      <div ref={box} onDblClick={() => props.onZoom?.(null)} />
    </figure>
  )
}
