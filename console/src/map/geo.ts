/** Coordinates: datum changes, distance, and the edge of the picture; pure, it draws nothing. */
import type { Datum } from '../api/types'

export type LonLat = readonly [lon: number, lat: number]

const A = 6_378_245
const EE = 0.006_693_421_622_965_943
const RAD = Math.PI / 180
const BD = (Math.PI * 3000) / 180

function waves(x: number): number {
  return ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3
}

function shift(lon: number, lat: number): LonLat {
  const x = lon - 105
  const y = lat - 35
  let dLat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + waves(x)
  dLat += ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI) + 160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3
  let dLon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + waves(x)
  dLon += ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI) + 150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3
  const radLat = lat * RAD
  const magic = 1 - EE * Math.sin(radLat) ** 2
  const root = Math.sqrt(magic)
  return [(dLon * 180) / ((A / root) * Math.cos(radLat) * Math.PI), (dLat * 180) / (((A * (1 - EE)) / (magic * root)) * Math.PI)]
}

const outsideChina = (lon: number, lat: number): boolean => lon < 72 || lon > 138 || lat < 0.8 || lat > 56

export function wgsToGcj(lon: number, lat: number): LonLat {
  if (outsideChina(lon, lat)) return [lon, lat]
  const [dLon, dLat] = shift(lon, lat)
  return [lon + dLon, lat + dLat]
}

/** Inverse by three corrections: exact to a few centimetres. */
export function gcjToWgs(lon: number, lat: number): LonLat {
  let at: LonLat = [lon, lat]
  for (let n = 0; n < 3; n += 1) {
    const there = wgsToGcj(at[0], at[1])
    at = [at[0] + lon - there[0], at[1] + lat - there[1]]
  }
  return at
}

function bdToGcj(lon: number, lat: number): LonLat {
  const x = lon - 0.0065
  const y = lat - 0.006
  const z = Math.hypot(x, y) - 0.000_02 * Math.sin(y * BD)
  const theta = Math.atan2(y, x) - 0.000_003 * Math.cos(x * BD)
  return [z * Math.cos(theta), z * Math.sin(theta)]
}

function gcjToBd(lon: number, lat: number): LonLat {
  const z = Math.hypot(lon, lat) + 0.000_02 * Math.sin(lat * BD)
  const theta = Math.atan2(lat, lon) + 0.000_003 * Math.cos(lon * BD)
  return [z * Math.cos(theta) + 0.0065, z * Math.sin(theta) + 0.006]
}

/** A place in the datum of the map's pictures. */
export function inDatum(lon: number, lat: number, from: Datum, to: Datum): LonLat {
  if (from === to) return [lon, lat]
  const gcj = from === 'gcj02' ? ([lon, lat] as const) : from === 'bd09' ? bdToGcj(lon, lat) : wgsToGcj(lon, lat)
  if (to === 'gcj02') return gcj
  return to === 'bd09' ? gcjToBd(gcj[0], gcj[1]) : gcjToWgs(gcj[0], gcj[1])
}

export function distanceM(a: LonLat, b: LonLat): number {
  const dLat = (b[1] - a[1]) * RAD
  const dLon = (b[0] - a[0]) * RAD
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[1] * RAD) * Math.cos(b[1] * RAD) * Math.sin(dLon / 2) ** 2
  return 2 * 6_371_000 * Math.asin(Math.sqrt(h))
}

export interface Clamped { x: number; y: number; outside: boolean; angle: number }

/** A point kept inside the picture: outside ones stand at the edge, `angle` points to where they are. */
export function clampToEdge(x: number, y: number, width: number, height: number, margin: { x: number; top: number; bottom: number }): Clamped {
  const left = margin.x
  const right = width - margin.x
  const top = margin.top
  const bottom = height - margin.bottom
  if (x >= left && x <= right && y >= top && y <= bottom) return { x, y, outside: false, angle: 0 }
  const cx = (left + right) / 2
  const cy = (top + bottom) / 2
  const dx = x - cx
  const dy = y - cy
  const share = Math.min(Math.abs(dx) > 0 ? (right - left) / 2 / Math.abs(dx) : Infinity, Math.abs(dy) > 0 ? (bottom - top) / 2 / Math.abs(dy) : Infinity)
  return { x: cx + dx * share, y: cy + dy * share, outside: true, angle: (Math.atan2(dy, dx) * 180) / Math.PI }
}

/** A round length for the scale: 1, 2 or 5 times a power of ten, at most `maxPx` long. */
export function scaleOf(metresPerPx: number, maxPx: number): { metres: number; px: number } {
  const most = metresPerPx * maxPx
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power
  return { metres, px: metres / metresPerPx }
}
