/** Every path the console calls, by name; nothing else in the console writes a path. */
import { del, get, post, put } from './http'
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
  /** Sends, and has the rest of the caregiver's day planned anew; `job_id` is null when no visit waits. */
  divert: (incident: Id, caregiver_id: Id, despite = false) =>
    post<{ incident: Incident; job_id: Id | null }>(`/api/incidents/${id(incident)}/divert`, despite ? { caregiver_id, despite } : { caregiver_id }),
  open: (elder_id: Id, kind: string, text: string) => post<Incident>('/api/incidents', { elder_id, kind, text: text || null }),
  drill: (elder_id: Id, kind: string, text: string) => post<Incident>('/api/incidents/drills', { elder_id, kind, text: text || null }),
  drills: () => get<{ districts: DrillDistrict[] }>('/api/incidents/drills'),
  callers: (phone: string) => get<{ callers: Caller[] }>(`/api/incidents/callers?phone=${id(phone)}`),
  search: (incident: Id, last: LastSeen) => put<Incident & { lost: Lost }>(`/api/incidents/${id(incident)}/lost`, last),
  found: (incident: Id, place: string) => post<Incident & { lost: Lost }>(`/api/incidents/${id(incident)}/found`, { place: place || null }),
  confirm: (incident: Id, notice: Id) => post<Incident>(`/api/incidents/${id(incident)}/notices/${id(notice)}/confirm`),
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
  medicines?: string | null
}

/** One person told of a call, by one channel, and what became of it. */
export interface Notice { id: Id; rung: string; name: string; channel: string; state: string; must: boolean; confirmed_at: string | null }

/** The search for somebody lost: the circle is `start_m` and grows by `speed_mps` since they were last seen. */
export interface Lost {
  last: { lon: number; lat: number; datum: Datum; place: string | null; seen_at: string }
  wears: string | null
  mode: string
  radius_m: number
  speed_mps: number
  start_m: number
  largest_m: number
  told: number
  found: { place: string | null; at: string } | null
}
export interface LastSeen { lon: number; lat: number; datum: Datum; place: string | null; seen_at: string; wears: string | null; mode: string }
export interface ElderHead { id: Id; name: string; sex: string; age: number; address: string; dialect: string | null; notes: string | null }
export interface Caller { as: string; contact?: string; elder: ElderHead }
export interface PromiseShare { promise: string; within_s: number; kept: number; due: number; met: boolean }
export interface Drill { incident_id: Id; kind: string; opened_at: string; answer_s: number | null; on_site_s: number | null; reached: Record<string, [number, number]> }
export interface DrillDistrict { area_code: string | null; name: string | null; drills: Drill[]; promises: PromiseShare[] }

/** What would let a call go unheard. */
export interface Finding {
  code: string
  level: 'red' | 'yellow'
  area_code: string | null
  count: number
  subjects: string[]
  facts: { post?: string; place?: string; from_at?: string; to_at?: string; minutes?: number; channel?: string }
}
export interface Lint { at: string; red: number; yellow: number; findings: Finding[] }

export const readiness = {
  lint: () => get<Lint>('/api/lint'),
  elders: (name: string) => get<{ items: ElderHead[] }>(`/api/elders?limit=8&name=${id(name)}`),
}

export interface IncidentDetail extends Incident {
  contacts?: { id: Id; rank: number; name: string; relation: string | null; phone: string | null; note: string | null }[]
  access?: Access | null
  log?: { at: string; topic: string; text: string }[]
  notices?: Notice[]
  lost?: Lost | null
  last_visit?: { item: string; finished_at: string } | null
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

/** A place for a visit in the plan in force: who comes when, what it costs, whom it delays, who must be told. */
export interface Place {
  caregivers: { caregiver_id: Id; position: number; arrive_at: string; start_at: string }[]
  cost_s: number
  detour_s: number
  late_s: number
  delay_s: number
  slips: { visit_id: Id; caregiver_id: Id; delay_s: number; breaks: boolean }[]
  told: Id[]
  breaks: { code: string; who: string }[]
}
export interface Pin { visit_id: Id; caregiver_ids: Id[]; start_at: string | null }

export const visits = {
  places: (visit: Id) => get<{ plan_id: Id; places: Place[] }>(`/api/visits/${id(visit)}/places?best=5`, 30_000),
  take: (visit: Id, plan_id: Id, caregiver_ids: Id[]) => post<{ job_id: Id }>(`/api/visits/${id(visit)}/places`, { plan_id, caregiver_ids }),
  pin: (visit: Id) => get<Pin>(`/api/visits/${id(visit)}/pin`),
  setPin: (visit: Id, caregiver_ids: Id[], start_at: string | null) => put<Pin>(`/api/visits/${id(visit)}/pin`, { caregiver_ids, start_at }),
}

export const demo = {
  clock: () => get<PlanClock>('/api/demo/clock'),
  setClock: (change: { speed?: number; paused?: boolean; at?: string }) => post<PlanClock>('/api/demo/clock', change),
}
