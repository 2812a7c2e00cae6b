/** One way to ask the service: JSON in and out, problem+json as `Problem`; it never retries by itself. */

export interface ProblemBody {
  type?: string
  title?: string
  status?: number
  code?: string
  detail?: string
  fields?: { field: string; problem: string; accepted?: string }[]
  [member: string]: unknown
}

/** A refusal of the service, or `status` 0 when it could not be reached at all. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly body: ProblemBody

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? body.code ?? String(status))
    this.status = status
    this.code = body.code ?? (status === 0 ? 'network.unreachable' : `http.${status}`)
    this.body = body
  }

  get unreachable(): boolean {
    return this.status === 0 || this.status >= 502
  }
}

export const asProblem = (thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : new Problem(0, { detail: thrown instanceof Error ? thrown.message : String(thrown) })

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null
  const text = await response.text()
  if (text === '') return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new Problem(response.status, { detail: text.slice(0, 200), code: 'http.not_json' })
  }
}

async function call<T>(method: string, path: string, body?: unknown, timeoutMs = 15_000): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = body instanceof Blob ? body.type || 'application/octet-stream' : 'application/json'
  if (method === 'POST') headers['Idempotency-Key'] = newKey()
  let response: Response
  try {
    response = await fetch(path, {
      method, headers, credentials: 'same-origin', signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    })
  } catch (thrown) {
    throw new Problem(0, { detail: thrown instanceof Error ? thrown.message : String(thrown) })
  }
  const value = await bodyOf(response)
  if (!response.ok) throw new Problem(response.status, (value ?? {}) as ProblemBody)
  return value as T
}

/** 128 random bits in hex; `crypto.randomUUID` is missing on plain http from another host. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const get = <T>(path: string, timeoutMs?: number): Promise<T> => call<T>('GET', path, undefined, timeoutMs)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('POST', path, body)
export const put = <T>(path: string, body: unknown): Promise<T> => call<T>('PUT', path, body)
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>('PATCH', path, body)
export const del = (path: string): Promise<null> => call<null>('DELETE', path)

/** A file, and how many people it leaves out because they took consent back. */
export interface Fetched { body: Blob; withheld: number }

/** A file that the service makes for a question too long for an address. */
export async function fetchFile(path: string, body: unknown): Promise<Fetched> {
  const response = await fetch(path, { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) })
    .catch((thrown: unknown) => { throw new Problem(0, { detail: String(thrown) }) })
  if (!response.ok) throw new Problem(response.status, ((await bodyOf(response)) ?? {}) as ProblemBody)
  return { body: await response.blob(), withheld: Number(response.headers.get('x-withheld') ?? 0) }
}

/** Sends a file as it is; its kind is what the browser says of it. */
export async function send<T>(path: string, body: Blob): Promise<T> {
  return call<T>('POST', path, body, 60_000)
}
