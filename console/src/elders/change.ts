/** What a form changed of an elder: only that is sent, with the version that was looked at; an empty sealed field stays as it is. */
import type { ElderCard, Revealed } from '../api/elders'
import { inDatum } from '../map/geo'
import { degrees } from './point'

export interface ElderDraft {
  name: string; id_number: string; phone: string; dialect: string; notes: string; conditions: string; medicines: string; lives_alone: boolean; left_on: string; left_why: string
  address: string; floor: string; lift: boolean; access_note: string; access_min: string; gate_code: string; key_holder: string; key_holder_phone: string; lon: string; lat: string
}

/** Where the home stands, as the map and the form hold it: WGS-84, two texts in degrees. */
function placeOf(home: ElderCard['home']): { lon: string; lat: string } {
  const [lon, lat] = inDatum(home.lon, home.lat, home.datum, 'wgs84')
  return { lon: degrees(lon), lat: degrees(lat) }
}

export const draftOf = (card: ElderCard, open: Revealed | null): ElderDraft => ({
  ...placeOf(card.home),
  name: open?.name ?? '', id_number: '', phone: '', dialect: card.dialect ?? '', notes: card.notes ?? '', conditions: open?.conditions ?? '', medicines: open?.medicines ?? '', lives_alone: card.lives_alone, left_on: card.left_on ?? '', left_why: card.left_why ?? '',
  address: card.home.address, floor: card.home.floor === null ? '' : String(card.home.floor), lift: card.home.lift, access_note: card.home.access_note ?? '', access_min: String(card.home.access_min), gate_code: '', key_holder: '', key_holder_phone: '',
})

const HOME = ['address', 'floor', 'lift', 'access_note', 'access_min', 'gate_code', 'key_holder', 'key_holder_phone', 'lon', 'lat'] as const
/** Fields that the form shows empty though they hold something: emptiness there means "as it is". */
const SEALED: ReadonlySet<string> = new Set(['name', 'id_number', 'phone', 'conditions', 'medicines', 'gate_code', 'key_holder', 'key_holder_phone'])
const FIGURES: ReadonlySet<string> = new Set(['floor', 'access_min', 'lon', 'lat'])

function valueOf(field: string, value: string | boolean): string | number | boolean | null {
  if (typeof value === 'boolean') return value
  const text = value.trim()
  if (text === '') return null
  return FIGURES.has(field) && Number.isFinite(Number(text)) ? Number(text) : text
}

/** The body of the change, or null when nothing changed. */
export function changeOf(card: ElderCard, before: ElderDraft, now: ElderDraft): Record<string, unknown> | null {
  const person: Record<string, unknown> = {}
  const home: Record<string, unknown> = {}
  for (const field of Object.keys(now) as (keyof ElderDraft)[]) {
    if (now[field] === before[field] || (SEALED.has(field) && now[field] === '')) continue
    const into = (HOME as readonly string[]).includes(field) ? home : person
    into[field] = valueOf(field, now[field])
  }
  if ('lon' in home || 'lat' in home) Object.assign(home, { lon: valueOf('lon', now.lon), lat: valueOf('lat', now.lat), datum: 'wgs84' })
  if (Object.keys(home).length) person['home'] = home
  return Object.keys(person).length ? { version: card.version, ...person } : null
}
