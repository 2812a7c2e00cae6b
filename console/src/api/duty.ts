/** Paths and shapes of the duty roster. */
import { del, get, post } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export const POSTS = ['station', 'desk', 'supervisor', 'village'] as const
export type Post = (typeof POSTS)[number]

export interface Duty {
  id: Id
  post: Post
  display: string
  station: string | null
  station_id: Id | null
  area_code: string
  account_id: Id | null
  /** Has an account or a number: without either nobody can be called. */
  reachable: boolean
  from_at: string
  to_at: string
}

/** A person with an account, or a name and a number. */
export interface NewDuty {
  post: Post
  area_code: string | null
  station_id: Id | null
  account_id: Id | null
  name: string | null
  phone: string | null
  from_at: string
  to_at: string
}

export const duties = {
  roster: (post: Post, since: string, days: number) => get<Duty[]>(pathOf('/api/duty/roster', { post, since, days })),
  add: (wanted: NewDuty) => post<Duty>('/api/duty', wanted),
  end: (id: Id) => del(`/api/duty/${encodeURIComponent(id)}`),
}
