/** Addresses of the console as values: `#/beds/12?state=active` and back; it touches no browser. */

export const PLACES = ['desk', 'beds', 'elders', 'assessments', 'waiting', 'patrols', 'fleet', 'duty', 'rules'] as const
export type PlaceName = (typeof PLACES)[number]
export type Query = Readonly<Record<string, string>>

export interface Route {
  place: PlaceName
  /** The row that is open, or null for the list. */
  id: string | null
  query: Query
}

/** The letter after `g` that leads to each place. */
export const LETTERS: Record<PlaceName, string> = {
  desk: 'D', beds: 'B', elders: 'E', assessments: 'A', waiting: 'W', patrols: 'P', fleet: 'F', duty: 'U', rules: 'R',
}

const AT_DESK: readonly string[] = ['admin', 'dispatcher', 'station_manager', 'supervisor']
const NAMES: readonly string[] = PLACES

/** The places that somebody of this role sees; the service decides again at every question. */
export const placesOf = (role: string): readonly PlaceName[] => (AT_DESK.includes(role) ? PLACES : ['desk'])

/** Who may change the register: everybody at the desk; the service may want more of single verbs. */
export const mayWrite = (role: string): boolean => AT_DESK.includes(role)

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // somebody's hand-made address must not stop the console
  }
}

/** The route of a hash; an unknown place is the desk. */
export function readHash(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [place = '', id] = path.split('/')
  const query: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(search)) if (value !== '') query[key] = value
  return NAMES.includes(place) ? { place: place as PlaceName, id: id ? decoded(id) : null, query } : { place: 'desk', id: null, query: {} }
}

export function hashOf(place: PlaceName, id: string | number | null = null, query: Query = {}): string {
  if (place === 'desk') return '#/'
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const search = new URLSearchParams(kept).toString()
  return `#/${place}${id === null ? '' : `/${encodeURIComponent(id)}`}${search ? `?${search}` : ''}`
}

const GO_MS = 1_500
export interface GoState { since: number | null }

/** One press of `g` then a letter: the place to go to, and whether the press was used. */
export function goStep(state: GoState, name: string, now: number, seen: readonly PlaceName[]): { state: GoState; used: boolean; to: PlaceName | null } {
  if (state.since === null || now - state.since > GO_MS) {
    return name === 'G' ? { state: { since: now }, used: true, to: null } : { state: { since: null }, used: false, to: null }
  }
  const to = seen.find((place) => LETTERS[place] === name) ?? null
  return { state: { since: null }, used: to !== null, to }
}
