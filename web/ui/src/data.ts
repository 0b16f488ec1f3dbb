// What the views ask for, kept on the screen until something newer is there.
import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, get, type Gained, type Query } from './api'
import { onPrint } from './print'

// Grows when the store has gained something; `at` is when that was learnt, by the browser's clock.
export interface Live {
  turn: number
  at: number
  news: Gained | null
}
export const LiveContext = createContext<Live>({ turn: 0, at: 0, news: null })
export const useLive = () => useContext(LiveContext)

export interface Data<T> {
  data: T | null
  error: ApiError | null
}

export function useData<T>(path: string | null, query: Query = {}): Data<T> {
  const { turn } = useLive()
  const [state, setState] = useState<Data<T> & { key: string }>({ data: null, error: null, key: '' })
  const key = path === null ? '' : path + JSON.stringify(query)
  useEffect(() => {
    if (path === null) return
    const abort = new AbortController()
    get<T>(path, query, abort.signal)
      .then((data) => setState({ data, error: null, key }))
      .catch((error) => {
        if (!abort.signal.aborted) setState((old) => ({ data: old.key === key ? old.data : null, error, key }))
      })
    return () => abort.abort()
  }, [key, turn])
  return state.key === key ? state : { data: null, error: null }
}

// The width of an element, as it changes.
export function useWidth<E extends Element>() {
  const ref = useRef<E>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!ref.current) return
    const watch = new ResizeObserver((entries) => setWidth(Math.floor(entries[0]!.contentRect.width)))
    watch.observe(ref.current)
    // paper has a width of its own, and observers are not asked before it is printed
    const unwatch = onPrint(() => ref.current && setWidth(Math.floor(ref.current.clientWidth)))
    return () => (watch.disconnect(), unwatch())
  }, [ref.current])
  return [ref, width] as const
}
