/** Paths and shapes of the waiting list, of promised hours, duty cover, and what people miss. */
import type { Called } from '../registers/caller'
import type { Slice } from '../registers/list'
import type { ElderRow } from './elders'
import { get, post } from './http'
import { pathOf } from './paths'
import type { Id, JobProgress } from './types'

export interface Reason { by: string; value: string | number | boolean; name: string | null }
export interface WaitingRow {
  id: Id
  elder_id: Id
  elder: string
  area_code: string
  state: string
  asked_on: string
  note: string | null
  bed_id: Id | null
  position: number | null
  reasons: Reason[]
  unmet: string[]
  decided_by: string | null
}
export interface WaitingList extends Slice<WaitingRow> { waiting: number; in_all: number; rule: { version: number | string; source: string; verified: boolean } }

export interface Hours {
  bed_id: Id
  month: string
  promise: { name: string | null; payer: string | null; minutes: number; verified: boolean }
  due_min: number
  consumed_min: number
  planned_min: number
  left_min: number
  forecast_min: number
  short_min: number
  at_risk: boolean
}
export interface Cover {
  provider_id: Id
  provider: string
  uncovered_min: number
  covered_percent: number
  /** The first of them; `gap_count` says of how many. */
  gaps: { from_at: string; to_at: string; minutes: number }[]
  gap_count: number
}
export interface Missed { id: Id; elder: ElderRow; rule: string; name: string; gives: string; source: string; verified: boolean; since_on: string; facts: { age: number; ability: number | null; categories: string[] } }
export interface MissedCounts { people: number; rules: Record<string, number>; looked_at: string | null }

const one = (id: Id): string => `/api/waiting/${encodeURIComponent(id)}`

export const waiting = {
  list: (area_code: string) => get<WaitingList>(pathOf('/api/waiting', { area_code, limit: 2000 })),
  ask: (elder_id: Id, note: string, called: Called) => post<WaitingRow>('/api/waiting', { elder_id, note: note || null, ...called }),
  withdraw: (id: Id, called: Called) => post<WaitingRow>(`${one(id)}/withdraw`, called),
  grant: (id: Id, station_id: Id, why: string) => post<WaitingRow>(`${one(id)}/grant`, { station_id, why: why || null }),
}

export const promises = {
  hours: (bed: Id) => get<Hours>(`/api/promises/${encodeURIComponent(bed)}`),
  cover: () => get<Slice<Cover>>('/api/duty-cover'),
}

export const missed = {
  list: (query: Readonly<Record<string, string>>, cursor: string | null) => get<Slice<Missed>>(pathOf('/api/entitlements', { ...query, cursor, limit: 100 })),
  counts: () => get<MissedCounts>('/api/entitlements/counts'),
  look: () => post<JobProgress>('/api/entitlements/look'),
}
