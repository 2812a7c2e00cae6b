/** Paths and shapes of assessments; the scales come as data, so that no table of a standard lives in the console. */
import type { Called } from '../registers/caller'
import type { Slice } from '../registers/list'
import type { ElderRow } from './elders'
import { get, post, put } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export interface ScaleItem { code: string; part: string; zh: string; en: string; hint?: string; hint_en?: string; verified: boolean; scores: { score: number; words: string; en?: string }[] }
export interface ScaleLevel { level: number; name: string; least?: number; verified?: boolean }
export interface Scale {
  edition: string
  parts: Record<string, { zh: string; most: number }>
  items: ScaleItem[]
  levels: ScaleLevel[]
  events?: Record<string, string>
  event_days?: number
  grades?: string[]
  bands?: Record<string, { least: number; grade: number; verified: boolean }[]>
  cells?: { daily: number; other: number; level: number; verified: boolean }[]
}
export type ScaleName = 'gbt42195' | 'ltci2021'
export interface Scales { reasons: Record<string, string>; gbt42195: Scale; ltci2021: Scale }

export interface Answers {
  items: Record<string, number>
  coma: boolean
  diagnoses: { code: string; by_psychiatrist: boolean }[]
  events: Record<string, number>
  refused: string[]
  note: string | null
}
export interface AssessmentRow {
  id: Id
  elder_id: Id
  elder: string
  scale: string
  reason: string
  state: 'draft' | 'submitted' | 'approved' | 'returned' | 'dropped'
  version: number
  next: string[]
  level: number | null
  level_name: string | null
  missing: string[]
  to_look_at: string[]
  assessed_on: string | null
  valid_until_on: string | null
  ended_on: string | null
  holds: boolean
  source: string | null
  saved_at: string
  submitted_at: string | null
  reviewed_at: string | null
  review_note: string | null
  assessor: { id: Id; display: string } | null
  reviewer: { id: Id; display: string } | null
}
export interface Result {
  total?: number | null
  parts?: Record<string, number>
  base_level?: number
  level?: number
  level_name?: string
  changes?: { rule: string; steps: number; because: string }[]
  reading?: { combine: string; count: string; verified: boolean }
}
export interface Assessment extends AssessmentRow { answers: Partial<Answers>; result: Result }
export interface Coverage { aged: number; assessed: number; missing: number; share: number | null; goal: number; age: number }
export interface DueRow { elder: ElderRow; why: { trigger: string; since_on: string }[] }

const one = (id: Id): string => `/api/assessments/${encodeURIComponent(id)}`
const ofElder = (id: Id): string => `/api/elders/${encodeURIComponent(id)}/assessments`

export const assessments = {
  scales: () => get<Scales>('/api/assessments/scales'),
  list: (state: string, cursor: string | null) => get<Slice<AssessmentRow>>(pathOf('/api/assessments', { state, cursor, limit: 100 })),
  due: (cursor: string | null) => get<Slice<DueRow>>(pathOf('/api/assessments/due', { cursor, limit: 100 })),
  missing: (cursor: string | null) => get<Slice<ElderRow>>(pathOf('/api/assessments/coverage/missing', { cursor, limit: 100 })),
  coverage: () => get<Coverage>('/api/assessments/coverage'),
  one: (id: Id) => get<Assessment>(one(id)),
  history: (elder: Id) => get<Slice<Assessment>>(pathOf(ofElder(elder), { limit: 200 })),
  begin: (elder: Id, scale: ScaleName, reason: string) => post<Assessment>(ofElder(elder), { scale, reason }),
  ask: (elder: Id, note: string, called: Called) => post<unknown>(`${ofElder(elder)}/ask`, { note: note || null, ...called }),
  save: (id: Id, version: number, answers: Answers, assessed_on: string | null) => put<Assessment>(`${one(id)}/answers`, { version, answers, assessed_on }),
  submit: (id: Id, version: number) => post<Assessment>(`${one(id)}/submit`, { version }),
  review: (id: Id, version: number, approve: boolean, note: string) => post<Assessment>(`${one(id)}/review`, { version, approve, note: note || null }),
  drop: (id: Id, version: number) => post<Assessment>(`${one(id)}/drop`, { version }),
}
