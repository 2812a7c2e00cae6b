/** Which waiting calls come from one building, for the hour when everybody calls at once; it hides none. */
import type { Incident } from '../api/types'

/** More waiting calls than this are shown by building. */
export const CROWD = 12

/** The waiting calls of one building; the first of them is to be answered next. */
export interface House { key: string; name: string; calls: Incident[] }

/** Up to the building, whatever it is called: 12 号 3 号楼, 6 栋, 5 幢; a 楼 that follows a bare number is a floor. */
const BUILDING = /^.*?(?:\d\s*号楼|[\dA-Za-z一二三四五六七八九十]\s*[栋幢座])/u
/** Without one, up to the house's number in its street. */
const NUMBER = /^.*?\d\s*号(?!楼)/u
const NEAR = 4 // decimals of a degree: some ten metres

const bare = (words: string): string => words.replace(/\s+/gu, '')

/** The words of an address that name its building; null when it names none. */
export function buildingOf(address: string): string | null {
  return (BUILDING.exec(address) ?? NUMBER.exec(address))?.[0].trim() ?? null
}

/** Which building a call comes from: by the words of its address, else by its spot, else it is alone. */
function houseOf(incident: Incident): { key: string; name: string } {
  const place = incident.place
  const building = place ? buildingOf(place.address ?? '') : null
  if (place && building) return { key: `${place.area_code ?? ''} ${bare(building)}`, name: building }
  const name = place?.address ?? place?.community ?? ''
  if (place?.lon != null && place.lat != null) return { key: `${place.lon.toFixed(NEAR)} ${place.lat.toFixed(NEAR)}`, name }
  return { key: `call ${incident.id}`, name }
}

/** The calls by building, in the order of each building's first. */
export function housesOf(calls: readonly Incident[]): House[] {
  const houses = new Map<string, House>()
  for (const call of calls) {
    const { key, name } = houseOf(call)
    const known = houses.get(key)
    if (known) known.calls.push(call)
    else houses.set(key, { key, name, calls: [call] })
  }
  return [...houses.values()]
}

/** While very many wait: the first call of each building that nobody sees to goes before all others, else as they were. */
export function firstOfEach(waiting: readonly Incident[], handling: readonly Incident[]): Incident[] {
  const seen = new Set(handling.map((one) => houseOf(one).key))
  const first: Incident[] = []
  const rest: Incident[] = []
  for (const call of waiting) {
    const { key } = houseOf(call)
    ;(seen.has(key) ? rest : first).push(call)
    seen.add(key)
  }
  return [...first, ...rest]
}
