/** Paths and shapes of what a district sets: policies, contract templates, readings of the standards, standing of providers. */
import type { Slice } from '../registers/list'
import { get, post, put } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

/** Plain data about an elder; nothing in it is run. */
export type Condition =
  | { category: string } | { fact: 'age' | 'ability'; least: number } | { is: 'lives_alone' | 'assessed' }
  | { all: Condition[] } | { any: Condition[] } | { not: Condition }
export interface Named { name: string; when: Condition }
export interface Promised extends Named { payer: string; minutes: number }
export interface Entitled extends Named { code: string; gives: string }
export interface Ordering { by: 'ability' | 'age' | 'asked_on'; first: 'most' | 'least' }
export type PolicyValue = Record<string, unknown>

/** What holds; without an `id` it is what the service comes with. */
export interface Rule {
  id: Id | null
  kind: string
  area_code: string | null
  /** The smallest level of area that may set it: one list or register is kept for a whole district. */
  down_to: 'district' | 'street' | 'community'
  from_on: string | null
  value: PolicyValue
  source: string
  verified: boolean
}
export interface PastRule extends Rule { until_on: string | null; made_at: string; made_by: string | null }
export interface NewRule { kind: string; area_code: string; value: PolicyValue; from_on: string; source: string; verified: boolean }

export interface Template {
  id: Id
  area_code: string
  version: number
  title: string
  body: string
  from_on: string
  made_at: string
  made_by: string | null
  /** Contracts of this version: to be signed, signed for beds not active yet, signed for beds that are. */
  drawn: number
  waiting: number
  live: number
}
export interface NewTemplate { area_code: string; title: string; body: string; from_on: string }

export interface Reading {
  combine: 'once' | 'each'
  count: 'sum' | 'per_kind'
  valid_months: number
  verified: boolean
  cells: { daily: number; other: number; level: number; verified: boolean }[]
}

export const rules = {
  at: (area_code: string) => get<Slice<Rule>>(pathOf('/api/policies', { area_code })),
  history: (kind: string, area_code: string) => get<Slice<PastRule>>(pathOf('/api/policies/history', { kind, area_code })),
  set: (wanted: NewRule) => post<Rule>('/api/policies', wanted),
  reading: (area_code: string) => get<Reading>(`/api/assessments/policy/${encodeURIComponent(area_code)}`),
  setReading: (area_code: string, wanted: object) => put<Reading>(`/api/assessments/policy/${encodeURIComponent(area_code)}`, wanted),
  templates: () => get<Slice<Template>>('/api/contract-templates'),
  publish: (wanted: NewTemplate) => post<Template>('/api/contract-templates', wanted),
  standing: (provider: Id, wanted: object) => post<unknown>(`/api/providers/${encodeURIComponent(provider)}/standing`, wanted),
}
