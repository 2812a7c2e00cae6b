/** Paths and shapes of the fleet of call devices, from the box they come in to the bedside. */
import type { Slice } from '../registers/list'
import { get, post, type ProblemBody } from './http'
import { pathOf } from './paths'
import type { CallBack, Id } from './types'

export interface Device {
  id: string
  household_id: Id | null
  elder_id: Id | null
  model: string
  online: boolean
  battery: number | null
  signal: number | null
  worn: boolean | null
  firmware: string | null
  seen_at: string | null
  installed_at: string | null
  tested_at: string | null
  address: string | null
  station_id: Id | null
  /** At its station, in nobody's home: what it does not send is nobody's worry. */
  in_stock: boolean
}

/** A claim code for a printed sheet, or why there is none. */
export interface ClaimCode { terminal: string; code: string | null; expires_s: number; problem: ProblemBody | null }
/** The service makes so many at once. */
export const MOST_CODES = 100

export interface ModelHealth {
  model: string
  total: number
  never_tested: number
  test_due: number
  offline: number
  low_battery: number
  in_stock: number
  messages: number
  first_attempt: number | null
}

export interface Outage { id: Id; from_at: string; until_at: string; told_at: string | null; silent: string[] }

/** A call for help without a good signature: silent, nobody was paged. */
export interface Unverified { id: Id; terminal_id: string | null; source: string; reason: string; received_at: string }

export const WANTS = ['never_tested', 'test_due', 'offline', 'low_battery', 'in_stock'] as const

const one = (terminal: string): string => `/api/terminals/${encodeURIComponent(terminal)}`

export const fleet = {
  list: (query: Record<string, string>, cursor: string | null) => get<Slice<Device>>(pathOf('/api/terminals', { ...query, cursor, limit: '100' })),
  health: () => get<Slice<ModelHealth>>('/api/terminals/health'),
  outages: () => get<Slice<Outage>>('/api/terminals/outages'),
  unverified: () => get<Slice<Unverified>>('/api/terminals/unverified'),
  callBacks: () => get<Slice<CallBack>>('/api/terminals/call-backs'),
  register: (wanted: { id: string; model: string; station_id: Id }) => post<Device>('/api/terminals', wanted),
  place: (terminal: string, elder_id: Id) => post<Device>(`${one(terminal)}/place`, { elder_id }),
  takeBack: (terminal: string) => post<Device>(`${one(terminal)}/take-back`),
  claimCode: (terminal: string) => post<{ terminal: string; code: string; expires_s: number }>(`${one(terminal)}/claim-code`),
  claimCodes: (ids: readonly string[]) => post<Slice<ClaimCode>>('/api/terminals/claim-codes', { ids }),
}

/** What a station could fit in a home: its stock, and what got its key at the office and is heard from there. */
export const stockOf = async (station: Id): Promise<Device[]> => (await get<Slice<Device>>(pathOf('/api/terminals', { wants: 'unplaced', station, limit: 200 }))).items
