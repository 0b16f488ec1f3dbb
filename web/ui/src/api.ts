// Paths of the API in; its answers, typed. The token, where the server asks for one, is kept for this tab alone.
import type { Gained } from './answers'

export type * from './answers'
export type * from './answers_bgp'
export type * from './answers_ospf'

const KEY = 'routetap-token'

export class ApiError extends Error {
  constructor(public status: number, words: string) {
    super(words)
  }
}

// A token may come behind the # of the address, which is never sent to a server.
export function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash)
  if (found) {
    setToken(decodeURIComponent(found[1]!))
    history.replaceState(null, '', location.pathname + location.search)
  }
}

export function setToken(token: string) {
  sessionStorage.setItem(KEY, token)
}

export const hasToken = () => Boolean(sessionStorage.getItem(KEY))

function headers(): HeadersInit {
  const token = sessionStorage.getItem(KEY)
  return token ? { Authorization: `Bearer ${token}` } : {}
}

export type Query = Record<string, string | number | undefined>

export function address(path: string, query: Query = {}): string {
  const words = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  return words.length ? `${path}?${new URLSearchParams(words.map(([k, v]) => [k, String(v)]))}` : path
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  let response: Response
  try {
    response = await fetch(address(`/api/v1/${path}`, query), { headers: headers(), ...(signal && { signal }) })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'routetap does not answer: it may have been stopped.')
  }
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new ApiError(response.status, body.error ?? response.statusText)
  return body as T
}

// A file from the API, to be kept: by fetch, since a link cannot send the token.
export async function download(path: string, query: Query, name: string) {
  const response = await fetch(address(`/api/v1/${path}`, query), { headers: headers() })
  if (!response.ok) {
    const body = await response.json().catch(() => ({}))
    throw new ApiError(response.status, body.error ?? response.statusText)
  }
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
}

// Server-sent events by fetch, since EventSource cannot send a token. Begins again by itself until the signal ends it.
export async function listen(onGained: (news: Gained) => void, onLink: (up: boolean) => void, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const response = await fetch('/api/v1/live', { headers: headers(), signal })
      if (!response.ok || !response.body) throw new Error(String(response.status))
      onLink(true)
      await readEvents(response.body, onGained)
    } catch {
      if (signal.aborted) return
    }
    onLink(false)
    await new Promise((done) => setTimeout(done, 2000))
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, onGained: (news: Gained) => void) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += decoder.decode(value, { stream: true })
    const events = text.split('\n\n')
    text = events.pop()!
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1]
      const data = /^data: (.*)$/m.exec(event)?.[1]
      if (name && data) onGained(JSON.parse(data) as Gained)
    }
  }
}
