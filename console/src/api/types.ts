/** Wire shapes of the service as the console reads them; no behaviour lives here. */

export type Datum = 'wgs84' | 'gcj02' | 'bd09'
export type Moment = string
/** Row ids are numbers today and opaque always. */
export type Id = string | number
export interface Spot { lon: number; lat: number; datum: Datum }

export interface Me {
  id: Id
  name: string
  display: string
  role: string
  areas: { code: string; name: string }[]
}

export type IncidentState = 'open' | 'acknowledged' | 'assigned' | 'on_scene' | 'recovering' | 'closed'
export type Outcome = 'helped' | 'hospital' | 'false_alarm' | 'device_fault' | 'not_found' | 'other'
export interface Who { id: Id; display: string }

export interface Incident {
  id: Id
  kind: string
  playbook: string
  severity: number
  state: IncidentState
  drill: boolean
  opened_at: Moment
  last_alert_at: Moment
  presses: number
  press_times: Moment[]
  elder: {
    id: Id; name: string; sex: 'F' | 'M'; age: number; care_level: string | number | null
    /** Whether that level held on the day of the call, and the last day of its result. */
    care_level_holds: boolean; care_level_until_on: string | null
    lives_alone: boolean; dialect: string | null; notes: string | null
  } | null
  terminal_id: Id | null
  place: ({
    address: string; area_code: string; community: string | null; floor: number | null; lift: boolean | null
  } & Partial<Spot>) | null
  station_id: Id | null
  provider_id: Id | null
  acknowledged_at: Moment | null
  acknowledged_by: Who | null
  assigned_at: Moment | null
  assigned_to: { id: Id; name: string; travel_s: number | null } | null
  on_scene_at: Moment | null
  recovering_at: Moment | null
  closed_at: Moment | null
  outcome: Outcome | null
  note: string | null
  /** Step of the playbook's ladder that was reached; 0 is the desk. */
  rung: number | null
  next_rung: { name: string; due_at: Moment } | null
}

export type Mode = 'walk' | 'ebike' | 'bus' | 'car'
export type CaregiverState = 'idle' | 'moving' | 'serving' | 'responding' | 'off'
export interface Span { from: Moment; to: Moment }
export interface Caregiver {
  id: Id
  name: string
  surname: string
  level: number
  mode: Mode
  station_id: Id | null
  state: CaregiverState
  lon: number | null
  lat: number | null
  datum: Datum
  position_at: Moment | null
  shift: Span | null
  break: Span | null
}
export type CaregiverMove = Pick<Caregiver, 'id' | 'state' | 'lon' | 'lat' | 'datum' | 'position_at'>

export type Family = 'meal' | 'urgent' | 'medical' | 'escort' | 'bath' | 'clean' | 'patrol' | 'volunteer' | 'respite'
export type VisitState =
  'accepted' | 'en_route' | 'arrived' | 'in_service' | 'finished' | 'confirmed' | 'cancelled' | 'missed'
export interface Stop {
  caregiver_id: Id
  position: number
  arrive_at: Moment
  start_at: Moment
  finish_at: Moment
  travel_s: number
  distance_m: number
  pinned: boolean
}
export interface Visit {
  id: Id
  elder_id: Id
  name: string
  family: Family
  item: string
  people: number
  state: VisitState
  address: string
  lon: number
  lat: number
  datum: Datum
  window: [Moment, Moment]
  duration_min: number
  stops: Stop[]
  en_route_at: Moment | null
  arrived_at: Moment | null
  started_at: Moment | null
  finished_at: Moment | null
}

export interface Plan {
  id: Id
  version: number
  on_date: string
  published_at: Moment | null
  published_by: Who | string | null
  parts: Record<string, number>
  state?: 'draft' | 'published' | 'superseded'
  cost?: number
  served?: number
  unserved?: number
}
export interface Unserved { visit_id: Id; reason: string; text: string; counts: Record<string, number> | null }
export interface Site extends Spot { id: Id; name: string }
export interface TerminalCounts { total: number; online: number; low_battery: number }
export interface PlanClock { demo: boolean; speed: number; paused: boolean; at: Moment }
export type Share = [number, number]
export interface Sla { answered_60: Share; on_site_45: Share; on_time: Share }

export interface Snapshot {
  server_time: Moment
  clock: PlanClock
  me: Me
  title: string
  incidents: Incident[]
  caregivers: Caregiver[]
  visits: Visit[]
  plan: Plan | null
  unserved: Unserved[]
  stations: Site[]
  canteens: Site[]
  terminals: TerminalCounts
  duty: { post: string; display: string }[]
  sla: Sla
  pauses?: Pause[]
  call_backs?: CallBack[]
  consoles?: number
  phone?: string | null
}

/** A rest or a loading at a canteen that the published plan gives a caregiver. */
export interface Pause { caregiver_id: Id; start_at: Moment; finish_at: Moment; kind?: string }

/** A signed message nobody could read: somebody should call that bedside back. */
export interface CallBack { id: Id; terminal_id: Id; problem: string; received_at?: Moment | null; called_back_at?: Moment | null; address?: string | null }

export interface BoardDay { plan: Plan | null; visits: Visit[]; unserved: Unserved[]; pauses?: Pause[] }

/** One visit that a new version moves: who came and when, who comes and when (null: nobody any more, and why). */
export interface Change { visit_id: Id; from: Id[]; to: Id[]; before_at: Moment; after_at: Moment | null; why: string | null }

export interface JobProgress {
  job_id: Id
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  phase?: string | null
  seconds?: number | null
  cost?: number | null
  served?: number | null
  unserved?: number | null
  plan_id?: Id | null
  error?: string | null
  /** How many visits change, and the first of them. */
  changed?: number
  changes?: Change[]
}

export interface Responder {
  caregiver_id: Id
  name: string
  level: number
  mode: Mode
  travel_s: number
  distance_m: number
  doing: string
  slips: { visit_id: Id; name: string; minutes: number; breaks_window: boolean }[]
  fit: boolean
  why: string | null
}

export interface Basemap {
  schematic: boolean
  label: string
  datum: Datum
  bounds: [number, number, number, number] | null
  coast: [number, number][][]
  hills: [number, number][][]
  water: [number, number][][]
  roads: { name: string; class: 0 | 1 | 2; line: [number, number][] }[]
  labels: { text: string; kind: 'area' | 'sea' | 'hill'; lon: number; lat: number }[]
  tile_url?: string | null
  tile_datum?: Datum | null
}

export interface BoardEvent { seq: number; topic: string; at: Moment; data: Record<string, unknown> }
