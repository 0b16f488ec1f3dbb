// Where we are: a path and what stands behind its ?. Views have addresses of their own, so that they can be kept and sent.
import { useEffect, useState } from 'preact/hooks'

const CHANGED = 'routetap-went'

export interface Place {
  path: string
  query: URLSearchParams
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) })

export function go(to: string, replace = false) {
  if (to === location.pathname + location.search) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  dispatchEvent(new Event(CHANGED))
  if (!replace) scrollTo(0, 0)
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here)
  useEffect(() => {
    const update = () => setPlace(here())
    addEventListener('popstate', update)
    addEventListener(CHANGED, update)
    return () => {
      removeEventListener('popstate', update)
      removeEventListener(CHANGED, update)
    }
  }, [])
  return place
}

// Puts words behind the ? of where we are; empty ones are taken away.
export function setQuery(changes: Record<string, string | undefined>) {
  const query = new URLSearchParams(location.search)
  for (const [key, value] of Object.entries(changes)) {
    if (value) query.set(key, value)
    else query.delete(key)
  }
  const text = query.toString()
  go(location.pathname + (text ? `?${text}` : ''), true)
}

export const peeringPath = (id: string) => `/peerings/${encodeURIComponent(id).replace(/%3A/g, ':')}`
export const findingPath = (id: number) => `/findings/${id}`
