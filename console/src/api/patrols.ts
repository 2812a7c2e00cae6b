/** Paths and shapes of the month's patrols. */
import type { Called } from '../registers/caller'
import type { Slice } from '../registers/list'
import { get, post } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export interface PatrolRow {
  id: Id
  elder_id: Id
  elder: string
  address: string
  area_code: string
  groups: string[]
  status: 'done' | 'planned' | 'missing'
  seen_on: string | null
  planned_on: string | null
  days_left: number
}
export interface Standing { targets: number; done: number; planned: number; missing: number; /** null with nobody to see. */ percent: number | null }
export interface PatrolRate extends Standing { month: string; days_left: number; goal_percent: number; met: boolean | null; streets: (Standing & { area_code: string })[] }

const one = (id: Id): string => `/api/patrols/${encodeURIComponent(id)}`

export const patrols = {
  list: (status: string, month: string, cursor: string | null) => get<Slice<PatrolRow>>(pathOf('/api/patrols', { status, month, cursor, limit: 100 })),
  rate: (month: string) => get<PatrolRate>(pathOf('/api/patrols/rate', { month })),
  refresh: (area_code: string) => post<Record<string, unknown>>('/api/patrols/refresh', { area_code }),
  generate: (area_code: string) => post<Record<string, unknown>>('/api/patrols/generate', { area_code }),
  seen: (id: Id, by: string, on: string | null, note: string) => post<unknown>(`${one(id)}/seen`, { by, on, note: note || null }),
  excuse: (id: Id, why: string, called: Called) => post<unknown>(`${one(id)}/excuse`, { why, ...called }),
}
