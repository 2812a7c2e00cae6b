/** A point as the form holds it: two texts in degrees; it judges only whether they are a place at all. */
import type { LonLat } from '../map/geo'

/** Six places: a tenth of a metre, finer than anybody points. */
const PLACES = 6

export const degrees = (value: number): string => value.toFixed(PLACES)

export function pointOf(lon: string, lat: string): LonLat | null {
  if (lon.trim() === '' || lat.trim() === '') return null
  const [x, y] = [Number(lon), Number(lat)]
  return Math.abs(x) <= 180 && Math.abs(y) < 85 ? [x, y] : null
}
