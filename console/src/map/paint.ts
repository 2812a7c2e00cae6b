/** The chart's brushes: colours of the present theme, haloed words, octagons; it knows no map. */

export type Ink =
  | 'sea0' | 'sea1' | 'sea2' | 'sea3' | 'land' | 'hill' | 'hill2' | 'coast' | 'sealab' | 'maptxt' | 'halo' | 'elder' | 'road0' | 'road0c' | 'road1' | 'road1c' | 'road2'
  | 's1' | 's2' | 's3' | 'line' | 'line2' | 'edge' | 'ink1' | 'ink2' | 'ink3' | 'tide' | 'on-tide' | 'alarm' | 'warn' | 'warn-f' | 'on-warn'

export type Palette = (ink: Ink) => string

/** Reads each token once; make a new one when the theme changes. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const known = new Map<Ink, string>()
  return (ink) => {
    const colour = known.get(ink) ?? style.getPropertyValue(`--${ink}`).trim()
    known.set(ink, colour)
    return colour
  }
}

export const font = (px: number): string => `${px}px ${getComputedStyle(document.body).fontFamily}`

type Point = { x: number; y: number }

export function trace(ctx: CanvasRenderingContext2D, points: readonly Point[], close = false): void {
  points.forEach((p, n) => (n === 0 ? ctx.moveTo(p.x, p.y) : ctx.lineTo(p.x, p.y)))
  if (close) ctx.closePath()
}

export function stroke(ctx: CanvasRenderingContext2D, points: readonly Point[], colour: string, width: number, dash: number[] = []): void {
  if (points.length < 2) return
  ctx.beginPath()
  trace(ctx, points)
  ctx.setLineDash(dash)
  ctx.lineJoin = 'round'
  ctx.lineCap = dash.length ? 'butt' : 'round'
  ctx.strokeStyle = colour
  ctx.lineWidth = width
  ctx.stroke()
  ctx.setLineDash([])
}

export function haloed(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string, halo: string): void {
  ctx.lineJoin = 'round'
  ctx.strokeStyle = halo
  ctx.lineWidth = 3
  ctx.strokeText(text, x, y)
  ctx.fillStyle = colour
  ctx.fillText(text, x, y)
}

export interface Box { x: number; y: number; w: number; h: number }

/** Keeps words from lying on each other: the first come stays. */
export class Crowd {
  private readonly boxes: Box[] = []

  /** Keeps a place for something drawn elsewhere. */
  keep(box: Box): void {
    this.boxes.push(box)
  }

  take(box: Box): boolean {
    const hit = this.boxes.some((b) => box.x < b.x + b.w && b.x < box.x + box.w && box.y < b.y + b.h && b.y < box.y + box.h)
    if (!hit) this.boxes.push(box)
    return !hit
  }
}

/** Lays a name along a line from its middle outwards; false when the line is too short or bends too much. */
export function alongLine(line: readonly Point[], text: string, step: number, startShare = 0.5): { x: number; y: number; angle: number }[] | null {
  const lengths = [0]
  for (let n = 1; n < line.length; n += 1) {
    const a = line[n - 1] as Point
    const b = line[n] as Point
    lengths.push((lengths[n - 1] as number) + Math.hypot(b.x - a.x, b.y - a.y))
  }
  const total = lengths[lengths.length - 1] ?? 0
  const need = text.length * step
  if (total < need * 1.6) return null
  const begin = Math.max(0, Math.min(total - need, total * startShare - need / 2))
  const letters = Array.from(text, (_, n) => pointAt(line, lengths, begin + (n + 0.5) * step))
  const first = letters[0]
  const last = letters[letters.length - 1]
  if (!first || !last) return null
  const turn = Math.abs(Math.atan2(Math.sin(first.angle - last.angle), Math.cos(first.angle - last.angle)))
  if (turn > 0.7) return null
  const flow = Math.atan2(last.y - first.y, last.x - first.x)
  const steep = Math.abs(Math.cos(flow)) < 0.5
  // Steep names read downwards with upright letters, others left to right.
  if (steep ? last.y < first.y : last.x < first.x) letters.reverse()
  return letters.map((one) => ({ ...one, angle: upright(one.angle, steep) }))
}

function upright(angle: number, steep: boolean): number {
  let turned = angle
  while (turned > Math.PI / 2) turned -= Math.PI
  while (turned < -Math.PI / 2) turned += Math.PI
  return steep ? turned - Math.sign(turned) * (Math.PI / 2) : turned
}

function pointAt(line: readonly Point[], lengths: readonly number[], at: number): { x: number; y: number; angle: number } {
  let n = 1
  while (n < lengths.length - 1 && (lengths[n] as number) < at) n += 1
  const a = line[n - 1] as Point
  const b = line[n] as Point
  const from = lengths[n - 1] as number
  const share = ((lengths[n] as number) - from || 1) > 0 ? (at - from) / ((lengths[n] as number) - from || 1) : 0
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, angle: Math.atan2(b.y - a.y, b.x - a.x) }
}
