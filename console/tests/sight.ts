/** Colours as eyes see them: contrast of WCAG 2, distance of CIE 1976, and eyes that lack one kind of cone. */

export type Rgb = readonly [number, number, number]
export type Sight = 'full' | 'protan' | 'deutan' | 'tritan'

/** Machado, Oliveira and Fernandes (2009), severity 1, in linear light. */
const LACKING: Record<Exclude<Sight, 'full'>, readonly (readonly number[])[]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}

export function rgbOf(hex: string): Rgb {
  const short = hex.length === 4
  const part = (n: number): number => parseInt(short ? hex.charAt(n + 1).repeat(2) : hex.slice(1 + 2 * n, 3 + 2 * n), 16) / 255
  return [part(0), part(1), part(2)]
}

const linear = (one: number): number => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
const light = (hex: string): Rgb => rgbOf(hex).map(linear) as unknown as Rgb

export function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((one) => { const [r, g, bl] = light(one); return 0.2126 * r + 0.7152 * g + 0.0722 * bl }).sort((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

function seen(hex: string, sight: Sight): Rgb {
  const rgb = light(hex)
  if (sight === 'full') return rgb
  return LACKING[sight].map((row) => Math.min(1, Math.max(0, row.reduce((sum, k, n) => sum + k * (rgb[n] ?? 0), 0)))) as unknown as Rgb
}

/** CIE L*a*b* under D65. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116)
  const [x, y, z] = [(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047, 0.2126 * r + 0.7152 * g + 0.0722 * b, (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883].map(f) as [number, number, number]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

export function distance(a: string, b: string, sight: Sight): number {
  const [p, q] = [lab(seen(a, sight)), lab(seen(b, sight))]
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2])
}
