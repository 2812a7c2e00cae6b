/** Every path the console calls, by name; nothing else in the console writes a path. */
import { del, get, post } from './http'
import type { Basemap, BoardDay, Datum, Id, Incident, JobProgress, Me, Outcome, Plan, PlanClock, Responder, Sla } from './types'

const id = (value: Id): string => encodeURIComponent(value)

export const session = {
  who: () => get<{ account: Me }>('/api/session'),
  open: (name: string, password: string) => post<{ account: Me }>('/api/session', { name, password }),
  close: () => del('/api/session'),
  setPassword: (token: string, password: string) => post<null>('/api/session/link', { token, password }),
  socketTicket: () => post<{ ticket: string; expires_s: number }>('/api/socket-ticket'),
}

export const incidents = {
  one: (incident: Id) => get<IncidentDetail>(`/api/incidents/${id(incident)}`),
  acknowledge: (incident: Id) => post<Incident>(`/api/incidents/${id(incident)}/acknowledge`),
  responders: (incident: Id) => get<{ responders: Responder[] }>(`/api/incidents/${id(incident)}/responders`),
  /** `despite` sends somebody whom the service called unfit. */
  assign: (incident: Id, caregiver_id: Id, despite = false) =>
    post<Incident>(`/api/incidents/${id(incident)}/assign`, despite ? { caregiver_id, despite } : { caregiver_id }),
  onScene: (incident: Id) => post<Incident>(`/api/incidents/${id(incident)}/on-scene`),
  recovering: (incident: Id) => post<Incident>(`/api/incidents/${id(incident)}/recovering`),
  close: (incident: Id, outcome: Outcome, note: string) =>
    post<Incident>(`/api/incidents/${id(incident)}/close`, { outcome, note }),
}

export const callBacks = {
  done: (call: Id) => post<unknown>(`/api/terminals/call-backs/${id(call)}/done`),
}

/** How to get in and what to know of the person there; masked once the call is over. */
export interface Access {
  masked: boolean
  access_note?: string | null
  access_min?: number | null
  gate_code?: string | null
  key_holder?: string | null
  key_holder_phone?: string | null
  elder_name?: string | null
  elder_phone?: string | null
  conditions?: string | null
}

export interface IncidentDetail extends Incident {
  contacts?: { id: Id; rank: number; name: string; relation: string | null; phone: string | null; note: string | null }[]
  access?: Access | null
  log?: { at: string; topic: string; text: string }[]
}

export const board = {
  day: () => get<BoardDay>('/api/board/day'),
  promises: () => get<Sla>('/api/incidents/promises'),
  basemap: () => get<Basemap>('/api/map/basemap', 30_000),
  elders: () => get<{ datum: Datum; points: [number, number][] }>('/api/map/elders', 30_000),
}

export const plans = {
  list: (onDate: string, area: string) =>
    get<Plan[]>(`/api/plans?on=${id(onDate)}&area=${id(area)}`),
  start: (on_date: string, area_code: string, seconds: number) =>
    post<{ job_id: Id }>('/api/plans', { on_date, area_code, seconds }),
  job: (job: Id) => get<JobProgress>(`/api/jobs/${id(job)}`),
  cancel: (job: Id) => post<unknown>(`/api/jobs/${id(job)}/cancel`),
  publish: (plan: Id) => post<Plan>(`/api/plans/${id(plan)}/publish`),
}

export const demo = {
  clock: () => get<PlanClock>('/api/demo/clock'),
  setClock: (change: { speed?: number; paused?: boolean; at?: string }) => post<PlanClock>('/api/demo/clock', change),
}
