// What takes its time to be answered is asked again only now and then.
import { useEffect, useState } from 'preact/hooks'
import { ApiError, get, type Query } from './api'
import { useLive } from './data'

export function useAsked<T>(path: string, query: Query, still: boolean): { data: T | null; error: ApiError | null; busy: boolean } {
  const { turn } = useLive()
  const [state, setState] = useState<{ data: T | null; error: ApiError | null; busy: boolean }>({ data: null, error: null, busy: true })
  const key = path + JSON.stringify(query)
  useEffect(() => {
    const abort = new AbortController()
    setState((old) => ({ ...old, busy: true }))
    const timer = setTimeout(
      () =>
        get<T>(path, query, abort.signal)
          .then((data) => setState({ data, error: null, busy: false }))
          .catch((error) => abort.signal.aborted || setState((old) => ({ ...old, error, busy: false }))),
      120,
    )
    return () => (clearTimeout(timer), abort.abort())
  }, [key, still ? 0 : Math.floor(turn / 5)])
  return state
}
