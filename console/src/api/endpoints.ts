/** Every path the console calls, by name; nothing else in the console writes a path. */
import { del, get, post } from './http'
import type {
  Basemap, BoardDay, Datum, Incident, JobProgress, Me, Outcome, Plan, PlanClock, Responder,
} from './types'

const id = encodeURIComponent

export const session = {
  who: () => get<{ account: Me }>('/api/session'),
  open: (name: string, password: string) => post<{ account: Me }>('/api/session', { name, password }),
  close: () => del('/api/session'),
  socketTicket: () => post<{ ticket: string; expires_s: number }>('/api/socket-ticket'),
}

export const incidents = {
  one: (incident: string) => get<IncidentDetail>(`/api/incidents/${id(incident)}`),
  acknowledge: (incident: string) => post<Incident>(`/api/incidents/${id(incident)}/acknowledge`),
  responders: (incident: string) => get<{ responders: Responder[] }>(`/api/incidents/${id(incident)}/responders`),
  assign: (incident: string, caregiver_id: string) =>
    post<Incident>(`/api/incidents/${id(incident)}/assign`, { caregiver_id }),
  onScene: (incident: string) => post<Incident>(`/api/incidents/${id(incident)}/on-scene`),
  recovering: (incident: string) => post<Incident>(`/api/incidents/${id(incident)}/recovering`),
  close: (incident: string, outcome: Outcome, note: string) =>
    post<Incident>(`/api/incidents/${id(incident)}/close`, { outcome, note }),
}

export interface IncidentDetail extends Incident {
  contacts?: { name: string; relation?: string | null; phone?: string | null; minutes?: number | null }[]
  access?: Record<string, unknown> | null
  log?: { at: string; topic: string; text: string }[]
}

export const board = {
  day: () => get<BoardDay>('/api/board/day'),
  basemap: () => get<Basemap>('/api/map/basemap', 30_000),
  elders: () => get<{ datum: Datum; points: [number, number][] }>('/api/map/elders', 30_000),
}

export const plans = {
  list: (onDate: string, area: string) =>
    get<{ plans?: Plan[]; items?: Plan[] } | Plan[]>(`/api/plans?date=${id(onDate)}&area=${id(area)}`),
  start: (on_date: string, area_code: string, seconds: number) =>
    post<{ job_id: string }>('/api/plans', { on_date, area_code, seconds }),
  job: (job: string) => get<JobProgress>(`/api/jobs/${id(job)}`),
  cancel: (job: string) => post<unknown>(`/api/jobs/${id(job)}/cancel`),
  publish: (plan: string) => post<Plan>(`/api/plans/${id(plan)}/publish`),
}

export const demo = {
  clock: () => get<PlanClock>('/api/demo/clock'),
  setClock: (change: { speed?: number; paused?: boolean; at?: string }) => post<PlanClock>('/api/demo/clock', change),
}
