/** Paths and shapes of the fleet of call devices. */
import type { Slice } from '../registers/list'
import { get, post } from './http'
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
}

export interface ModelHealth {
  model: string
  total: number
  never_tested: number
  test_due: number
  offline: number
  low_battery: number
  messages: number
  first_attempt: number | null
}

export interface Outage { id: Id; from_at: string; until_at: string; told_at: string | null; silent: string[] }

/** A call for help without a good signature: silent, nobody was paged. */
export interface Unverified { id: Id; terminal_id: string | null; source: string; reason: string; received_at: string }

export const WANTS = ['never_tested', 'test_due', 'offline', 'low_battery'] as const

export const fleet = {
  list: (query: Record<string, string>, cursor: string | null) => get<Slice<Device>>(pathOf('/api/terminals', { ...query, cursor, limit: '100' })),
  health: () => get<Slice<ModelHealth>>('/api/terminals/health'),
  outages: () => get<Slice<Outage>>('/api/terminals/outages'),
  unverified: () => get<Slice<Unverified>>('/api/terminals/unverified'),
  callBacks: () => get<Slice<CallBack>>('/api/terminals/call-backs'),
  claimCode: (device: string) => post<{ terminal: string; code: string; expires_s: number }>(`/api/terminals/${encodeURIComponent(device)}/claim-code`),
}
