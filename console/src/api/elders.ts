/** Paths and shapes of the register of elders. */
import type { Slice } from '../registers/list'
import { get, patch, post, put } from './http'
import { pathOf } from './paths'
import type { Device } from './fleet'
import type { Datum, Id, Incident } from './types'

export interface ElderRow {
  id: Id
  name: string
  sex: 'F' | 'M'
  age: number
  /** The level while its result holds; what it was once that ran out; the last day of either. */
  ability: number | null
  ability_was: number | null
  ability_until_on: string | null
  lives_alone: boolean
  categories: string[]
  dialect: string | null
  notes: string | null
  area_code: string
  address: string
  floor: number | null
  lift: boolean
  lon: number
  lat: number
  datum: Datum
}

export interface ContactView { id: Id; rank: number; name: string; relation: string; phone: string | null; guardian: boolean; note: string | null }
export interface CategoryRow { id: Id; category: string; source: string; from_on: string; until_on: string | null; noted_at: string }
export interface Consent { purpose: string; given: boolean; said_by: string; said_how: string; noted_at: string }
export interface Home {
  id: Id
  area_code: string
  address: string
  floor: number | null
  lift: boolean
  access_note: string | null
  access_min: number
  has_gate_code: boolean
  key_holder: string | null
  key_holder_phone: string | null
  lon: number
  lat: number
  datum: 'wgs84' | 'gcj02' | 'bd09'
}

/** What followed from a change of somebody's whereabouts; only in the answer to it. */
export interface Followed { orders_cancelled?: number; visits_cancelled?: number; orders_stay_cancelled?: number; visits_moved?: number }

export interface ElderCard extends ElderRow, Followed {
  version: number
  born_on: string
  provider_id: Id | null
  id_number: string | null
  phone: string | null
  has_conditions: boolean
  has_medicines: boolean
  registered_on: string | null
  left_on: string | null
  left_why: string | null
  merged_into_id: Id | null
  home: Home
  contacts: ContactView[]
  guardian: { kind: 'contact'; contact_id: Id; name: string } | { kind: 'village_committee'; area_code: string; on_duty: string[] }
  category_rows: CategoryRow[]
  consents: Consent[]
  alike: Id[]
}

/** Rows that are, or may be, one person: by ID number, or by name and day of birth. */
export interface Double { why: string; elders: ElderRow[] }

/** That one row came to stand for another; the newest is taken back first. */
export interface Merge { id: Id; kept_id: Id; gone_id: Id; reason: string; merged_at: string; undone_at: string | null }

export interface Revealed {
  name?: string
  id_number?: string | null
  phone?: string | null
  conditions?: string | null
  medicines?: string | null
  gate_code?: string | null
  key_holder_phone?: string | null
  contacts?: { id: Id; name: string; phone: string | null }[]
  callers?: { id: Id; name: string }[]
}
export const REVEALABLE = ['name', 'id_number', 'phone', 'conditions', 'medicines', 'gate_code', 'key_holder_phone', 'contacts', 'callers'] as const

export const PURPOSES = ['care', 'health', 'location', 'video', 'family', 'authorities'] as const

/** Something done because somebody called on the elder's behalf. */
export interface OnBehalf { id: Id; deed: string; subject: string; caller: string; relation: string; consent: string; noted_at: string }
/** What an elder receives from outside, by the code that a rule gives. */
export interface Benefit { id: Id; item: string; source: string; from_on: string; until_on: string | null }

export const CATEGORIES = [
  'living_alone', 'empty_nest', 'left_behind', 'aged', 'disabled', 'dementia', 'bereaved', 'severe_handicap', 'special_family', 'destitute', 'low_income', 'military_family', 'martyr_family', 'model_worker', 'special_care', 'old_party_member',
] as const

export interface Area { code: string; name: string; level: 'district' | 'street' | 'community'; parent_code: string | null }

const one = (id: Id): string => `/api/elders/${encodeURIComponent(id)}`

export const elders = {
  list: (query: Readonly<Record<string, string>>, cursor: string | null) => get<Slice<ElderRow>>(pathOf('/api/elders', { ...query, cursor, limit: 100 })),
  search: (number: { id_number?: string; phone?: string }) => post<Slice<ElderRow>>('/api/elders/search', number),
  one: (id: Id) => get<ElderCard>(one(id)),
  register: (wanted: object) => post<ElderCard>('/api/elders', wanted),
  change: (id: Id, wanted: object) => patch<ElderCard>(one(id), wanted),
  setContacts: (id: Id, wanted: object) => put<ElderCard>(`${one(id)}/contacts`, wanted),
  noteCategory: (id: Id, wanted: object) => post<ElderCard>(`${one(id)}/categories`, wanted),
  endCategory: (id: Id, row: Id, until_on: string) => post<ElderCard>(`${one(id)}/categories/${encodeURIComponent(row)}/end`, { until_on }),
  noteConsent: (id: Id, wanted: object) => post<ElderCard>(`${one(id)}/consents`, wanted),
  reveal: (id: Id, reason: string) => post<Revealed>(`${one(id)}/reveal`, { fields: REVEALABLE, reason }),
  merge: (id: Id, gone_id: Id, reason: string) => post<Merge>(`${one(id)}/merge`, { gone_id, reason }),
  onBehalf: (id: Id) => get<Slice<OnBehalf>>(pathOf(`${one(id)}/on-behalf`, { limit: 200 })),
  benefits: (id: Id) => get<Benefit[]>(`${one(id)}/benefits`),
  noteBenefit: (id: Id, wanted: object) => post<unknown>(`${one(id)}/benefits`, wanted),
  doubles: () => get<Double[]>('/api/elders/doubles'),
  merges: (id: Id) => get<Slice<Merge>>(pathOf('/api/elders/merges', { elder_id: id, limit: 200 })),
  unmerge: (merge: Id) => post<Merge>(`/api/elders/merges/${encodeURIComponent(merge)}/undo`),
  devices: (id: Id) => get<Slice<Device>>(pathOf('/api/terminals', { elder: id })),
  calls: (id: Id) => get<Slice<Incident>>(pathOf('/api/incidents', { elder: id, limit: 200 })),
  areas: () => get<Area[]>('/api/areas'),
}
