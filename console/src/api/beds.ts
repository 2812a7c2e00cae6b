/** Paths and shapes of family care beds, their works and contracts. */
import type { Called } from '../registers/caller'
import type { Slice } from '../registers/list'
import { del, get, post, type ProblemBody } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export const STAGES = ['applied', 'assessed', 'surveyed', 'adapting', 'devices_installed', 'tested', 'contracted', 'active', 'suspended', 'closed'] as const
export type Stage = (typeof STAGES)[number]
/** What is missing for a step: a stable code, and the facts in words. */
export interface Lack { code: string; detail: string }

export interface BedRow {
  id: Id
  elder_id: Id
  elder: string
  address: string
  provider_id: Id
  station_id: Id
  area_code: string
  state: Stage
  state_since_at: string
  days_here: number
  next: Stage | null
  allowed: Stage[]
  blocks: Lack[]
  /** The rest that goes on or, with `begun` false, is still to come. */
  rest: { kind: string; from_on: string; begun: boolean; why: string | null } | null
}
export interface BedDevice {
  id: Id
  kind: string
  mandatory: boolean
  terminal_id: string | null
  fitted_at: string | null
  tested_at: string | null
  passed: boolean
  model: string | null
  online: boolean | null
  battery: number | null
  seen_at: string | null
}
export interface Gate {
  open: boolean
  missing: Lack[]
  assessment_until: string | null
  works: string | null
  contract_id: Id | null
  contract_until: string | null
  template_version: number | null
  licence_until: string
}
export interface BedCard extends BedRow {
  household_id: Id
  provider: string
  station: string
  gate: Gate
  devices: BedDevice[]
  history: { from: Stage | null; to: Stage; at: string; by: string | null; why: string | null }[]
  pauses: { id: Id; kind: string; from_on: string; until_on: string | null; why: string | null }[]
  /** The days of this month that are billed; days of rest never are. */
  billing: { month: string; days: number; billed_days: number; rest_days: number }
}
export interface MoveResult { bed_id: Id; ok: boolean; state: Stage | null; problem: ProblemBody | null }
/** Active beds that today's gate would not let pass: how many, and how many lack what, by code; `more` that there are further ones. */
export interface FailingCounts { beds: number; lacks: Record<string, number>; more: boolean }
export interface BedBoardView { counts: Record<Stage, number>; stages: Record<string, BedRow[]>; truncated: string[] }

export interface WorksItem { id: Id; name: string; place: string | null; quantity: number; price_fen: number; cost_fen: number; photos: { id: Id; after: boolean }[] }
export const WORKS_STATES = ['surveyed', 'designed', 'building', 'built', 'sent_back', 'accepted', 'cancelled'] as const
export interface WorksResult { works_id: Id; ok: boolean; state: string | null; problem: ProblemBody | null }
export interface Works {
  id: Id
  address: string | null
  /** The bed at this home that one may open. */
  bed_id: Id | null
  household_id: Id
  state: string
  state_since_at: string
  design_provider_id: Id
  serve_provider_id: Id | null
  accept_provider_id: Id | null
  grant_cap_fen: number
  grant_fen: number
  own_fen: number
  total_fen: number
  finding: string | null
  allowed: string[]
  items: WorksItem[]
}
export interface Contract {
  id: Id
  bed_id: Id
  state: string
  template_version: number
  guardian: string | null
  signed_by: string | null
  in_force: boolean
  /** Whether its end is as near as the district speaks of the next one. */
  renewal_due: boolean
  /** The contract that it renews. */
  renews_id: Id | null
  days_left: number
  /** The menu as it was when it was drawn up. */
  prices: { code: string; name_zh: string; price_fen: number | null }[]
  from_on: string
  until_on: string
  cooling_until_on: string | null
  signed_at: string | null
}
/** A contract in the list of all: with its parties, masked as everywhere. */
export interface ContractRow extends Contract { elder_id: Id; elder: string; provider_id: Id; provider: string }
export interface Provider { id: Id; name: string; licence_until_on: string; blacklisted: boolean }
export interface StationView { id: Id; name: string; provider_id: Id }
export const DEVICE_KINDS = ['call', 'wristband', 'smoke', 'gas', 'water', 'activity', 'wander', 'door'] as const

const one = (id: Id): string => `/api/beds/${encodeURIComponent(id)}`
const works = (id: Id): string => `/api/works/${encodeURIComponent(id)}`
const contract = (id: Id): string => `/api/contracts/${encodeURIComponent(id)}`

export const beds = {
  board: () => get<BedBoardView>('/api/beds/board'),
  list: (query: Readonly<Record<string, string>>, cursor: string | null) => get<Slice<BedRow>>(pathOf('/api/beds', { ...query, cursor, limit: 100 })),
  failing: (lack: string, cursor: string | null) => get<Slice<BedRow>>(pathOf('/api/beds/failing', { lack, cursor, limit: 100 })),
  failingCounts: () => get<FailingCounts>('/api/beds/failing/counts'),
  one: (id: Id) => get<BedCard>(one(id)),
  open: (elder_id: Id, station_id: Id, why: string, called: Called) => post<BedCard>('/api/beds', { elder_id, station_id, why: why || null, ...called }),
  move: (id: Id, to: Stage, expected: Stage, why: string) => post<BedCard>(`${one(id)}/moves`, { to, expected, why: why || null }),
  moveMany: (bed_ids: Id[], to: Stage, why: string) => post<Slice<MoveResult>>('/api/beds/moves', { bed_ids, to, why: why || null }),
  suspend: (id: Id, kind: string, from_on: string, why: string, called: Called) => post<BedCard>(`${one(id)}/suspend`, { kind, from_on, why: why || null, ...called }),
  resume: (id: Id, on: string, why: string, called: Called) => post<BedCard>(`${one(id)}/resume`, { on, why: why || null, ...called }),
  handOver: (id: Id, station_id: Id) => post<BedCard>(`${one(id)}/hand-over`, { station_id }),
  removeDevice: (id: Id, device: Id) => del(`${one(id)}/devices/${encodeURIComponent(device)}`),
  planDevice: (id: Id, kind: string, mandatory: boolean) => post<BedCard>(`${one(id)}/devices`, { kind, mandatory }),
  fit: (id: Id, device: Id, terminal_id: string) => post<BedCard>(`${one(id)}/devices/${encodeURIComponent(device)}/fit`, { terminal_id }),
  stations: () => get<StationView[]>('/api/stations'),
  providers: () => get<Provider[]>('/api/providers'),
}

export const worksOf = {
  all: (state: string, cursor: string | null) => get<Slice<Works>>(pathOf('/api/works', { state, cursor, limit: 100 })),
  moveMany: (works_ids: Id[], to: string) => post<Slice<WorksResult>>('/api/works/moves', { works_ids, to }),
  nameMany: (works_ids: Id[], roles: { serve_provider_id?: Id; accept_provider_id?: Id }) => post<Slice<WorksResult>>('/api/works/roles', { works_ids, ...roles }),
  list: (household_id: Id) => get<Slice<Works>>(pathOf('/api/works', { household_id })),
  open: (household_id: Id, design_provider_id: Id, elder_id: Id, called: Called) => post<Works>('/api/works', { household_id, design_provider_id, elder_id, ...called }),
  addItem: (id: Id, item: object) => post<Works>(`${works(id)}/items`, item),
  removeItem: (id: Id, item: Id) => del(`${works(id)}/items/${encodeURIComponent(item)}`),
  roles: (id: Id, roles: { serve_provider_id?: Id; accept_provider_id?: Id }) => post<Works>(`${works(id)}/roles`, roles),
  move: (id: Id, to: string, note: string) => post<Works>(`${works(id)}/moves`, { to, note: note || null }),
  picture: (photo: Id) => `/api/works/photos/${encodeURIComponent(photo)}`,
  photoPath: (id: Id, item: Id, after: boolean) => pathOf(`${works(id)}/items/${encodeURIComponent(item)}/photos`, { after: String(after) }),
}

export const contracts = {
  list: (bed_id: Id) => get<Slice<Contract>>(pathOf('/api/contracts', { bed_id, limit: 200 })),
  all: (state: string, cursor: string | null) => get<Slice<ContractRow>>(pathOf('/api/contracts', { state, cursor, limit: 100 })),
  /** Those whose renewal is to be spoken of, by their end. */
  due: () => get<Slice<ContractRow>>('/api/contracts/due'),
  draw: (bed_id: Id, from_on: string, months: number, guardian_id: Id | null) => post<Contract>('/api/contracts', { bed_id, from_on, months, guardian_id }),
  sign: (id: Id, signed_by: 'elder' | 'guardian' | 'village') => post<Contract>(`${contract(id)}/sign`, { signed_by }),
  end: (id: Id, reason: string, called: Called) => post<Contract>(`${contract(id)}/end`, { reason, ...called }),
  renew: (id: Id, months: number) => post<Contract>(`${contract(id)}/renew`, { months }),
}

export interface Respite { id: Id; contact_id: Id; kind: string; from_at: string; to_at: string; price_fen: number; state: string; note: string | null }
export const respites = {
  list: (bed_id: Id) => get<Slice<Respite>>(pathOf('/api/respites', { bed_id, limit: 200 })),
  book: (bed_id: Id, contact_id: Id, from_at: string, to_at: string, called: Called) => post<Respite>('/api/respites', { bed_id, contact_id, from_at, to_at, ...called }),
  cancel: (id: Id, called: Called) => post<Respite>(`/api/respites/${encodeURIComponent(id)}/cancel`, called),
}
