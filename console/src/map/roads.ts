/** Ways along the drawn roads: a graph where lines cross, shortest path by A*; for looks only, it times nothing. */
import { distanceM, type LonLat } from './geo'

const REACH_M = 12
const CELL = 0.004
const LINK_MOST_M = 1_500

interface Edge { to: number; metres: number }
export interface RoadGraph { places: LonLat[]; edges: Edge[][]; grid: Map<string, number[]> }

const cellOf = (lon: number, lat: number): string => `${Math.floor(lon / CELL)}/${Math.floor(lat / CELL)}`

interface Piece { a: LonLat; b: LonLat; cuts: { share: number; node: number }[] }

/** Where two pieces meet, as shares of each; a near end counts as meeting, since drawn lines are simplified. */
function meeting(p: Piece, q: Piece): { onP: number; onQ: number } | null {
  const squeeze = Math.cos((p.a[1] * Math.PI) / 180)
  const px = (p.b[0] - p.a[0]) * squeeze
  const py = p.b[1] - p.a[1]
  const qx = (q.b[0] - q.a[0]) * squeeze
  const qy = q.b[1] - q.a[1]
  const cross = px * qy - py * qx
  if (Math.abs(cross) < 1e-14) return null
  const dx = (q.a[0] - p.a[0]) * squeeze
  const dy = q.a[1] - p.a[1]
  const onP = (dx * qy - dy * qx) / cross
  const onQ = (dx * py - dy * px) / cross
  const slackP = REACH_M / 111_000 / Math.hypot(px, py)
  const slackQ = REACH_M / 111_000 / Math.hypot(qx, qy)
  if (onP < -slackP || onP > 1 + slackP || onQ < -slackQ || onQ > 1 + slackQ) return null
  return { onP: Math.min(1, Math.max(0, onP)), onQ: Math.min(1, Math.max(0, onQ)) }
}

const between = (p: Piece, share: number): LonLat => [p.a[0] + (p.b[0] - p.a[0]) * share, p.a[1] + (p.b[1] - p.a[1]) * share]

/** Builds the graph once per basemap: about 2,000 pieces take some 30 ms. */
export function roadGraph(lines: readonly (readonly LonLat[])[]): RoadGraph {
  const graph: RoadGraph = { places: [], edges: [], grid: new Map() }
  const node = (at: LonLat): number => {
    graph.places.push(at)
    graph.edges.push([])
    return graph.places.length - 1
  }
  const pieces: Piece[] = []
  for (const line of lines) {
    let last: number | null = null
    line.forEach((at, n) => {
      const here = node(at)
      const before = line[n - 1]
      if (last !== null && before) pieces.push({ a: before, b: at, cuts: [{ share: 0, node: last }, { share: 1, node: here }] })
      last = here
    })
  }
  joinPieces(pieces, graph, node)
  for (const piece of pieces) {
    piece.cuts.sort((x, y) => x.share - y.share)
    piece.cuts.slice(1).forEach((cut, n) => link(graph, (piece.cuts[n] as { node: number }).node, cut.node))
  }
  graph.places.forEach(([lon, lat], n) => {
    const key = cellOf(lon, lat)
    const known = graph.grid.get(key)
    if (known) known.push(n)
    else graph.grid.set(key, [n])
  })
  return graph
}

function joinPieces(pieces: Piece[], graph: RoadGraph, node: (at: LonLat) => number): void {
  const sorted = pieces.map((piece, n) => ({ piece, n, west: Math.min(piece.a[0], piece.b[0]) - 2e-4, east: Math.max(piece.a[0], piece.b[0]) + 2e-4 })).sort((x, y) => x.west - y.west)
  for (let i = 0; i < sorted.length; i += 1) {
    const one = sorted[i] as (typeof sorted)[number]
    for (let j = i + 1; j < sorted.length; j += 1) {
      const two = sorted[j] as (typeof sorted)[number]
      if (two.west > one.east) break
      const met = meeting(one.piece, two.piece)
      if (!met) continue
      const onOne = node(between(one.piece, met.onP))
      const onTwo = node(between(two.piece, met.onQ))
      one.piece.cuts.push({ share: met.onP, node: onOne })
      two.piece.cuts.push({ share: met.onQ, node: onTwo })
      link(graph, onOne, onTwo)
    }
  }
}

function link(graph: RoadGraph, a: number, b: number): void {
  const metres = distanceM(graph.places[a] as LonLat, graph.places[b] as LonLat)
  graph.edges[a]?.push({ to: b, metres })
  graph.edges[b]?.push({ to: a, metres })
}

/** The graph's place nearest to a spot, looked for in the cells around it; null far from every road. */
export function nearestNode(graph: RoadGraph, [lon, lat]: LonLat): number | null {
  let best: { node: number; metres: number } | null = null
  for (let dx = -1; dx <= 1; dx += 1) {
    for (let dy = -1; dy <= 1; dy += 1) {
      for (const n of graph.grid.get(cellOf(lon + dx * CELL, lat + dy * CELL)) ?? []) {
        const metres = distanceM([lon, lat], graph.places[n] as LonLat)
        if (metres < LINK_MOST_M && (!best || metres < best.metres)) best = { node: n, metres }
      }
    }
  }
  return best?.node ?? null
}

class Heap {
  private readonly items: { node: number; cost: number }[] = []

  push(node: number, cost: number): void {
    let at = this.items.push({ node, cost }) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (this.cost(up) <= this.cost(at)) break
      this.swap(at, up)
      at = up
    }
  }

  pop(): number | null {
    const first = this.items[0]
    const last = this.items.pop()
    if (!first || !last) return null
    if (this.items.length > 0) {
      this.items[0] = last
      let at = 0
      for (;;) {
        const left = at * 2 + 1
        const low = left + 1 < this.items.length && this.cost(left + 1) < this.cost(left) ? left + 1 : left
        if (low >= this.items.length || this.cost(at) <= this.cost(low)) break
        this.swap(at, low)
        at = low
      }
    }
    return first.node
  }

  private cost(n: number): number { return (this.items[n] as { cost: number }).cost }
  private swap(a: number, b: number): void {
    const held = this.items[a] as { node: number; cost: number }
    this.items[a] = this.items[b] as { node: number; cost: number }
    this.items[b] = held
  }
}

function search(graph: RoadGraph, from: number, to: number): number[] | null {
  const goal = graph.places[to] as LonLat
  const cost = new Map<number, number>([[from, 0]])
  const back = new Map<number, number>()
  const settled = new Set<number>()
  const heap = new Heap()
  heap.push(from, 0)
  for (let at = heap.pop(); at !== null; at = heap.pop()) {
    if (at === to) break
    if (settled.has(at)) continue
    settled.add(at)
    for (const edge of graph.edges[at] ?? []) {
      const next = (cost.get(at) ?? 0) + edge.metres
      if (next >= (cost.get(edge.to) ?? Infinity)) continue
      cost.set(edge.to, next)
      back.set(edge.to, at)
      heap.push(edge.to, next + distanceM(graph.places[edge.to] as LonLat, goal))
    }
  }
  if (!cost.has(to)) return null
  const path = [to]
  for (let at = back.get(to); at !== undefined; at = back.get(at)) path.push(at)
  return path.reverse()
}

/** Finds ways and remembers them by their end nodes. A straight line where the roads do not lead. */
export class Ways {
  private readonly known = new Map<string, LonLat[] | null>()

  constructor(private readonly graph: RoadGraph) {}

  between(from: LonLat, to: LonLat): LonLat[] {
    const a = nearestNode(this.graph, from)
    const b = nearestNode(this.graph, to)
    if (a === null || b === null || a === b) return [from, to]
    const key = `${a}/${b}`
    let path = this.known.get(key)
    if (path === undefined) {
      if (this.known.size > 600) this.known.clear()
      path = search(this.graph, a, b)?.map((n) => this.graph.places[n] as LonLat) ?? null
      this.known.set(key, path)
    }
    return path ? [from, ...path, to] : [from, to]
  }

  /** What is left of the way from `from` to `to` for somebody now at `here`: never back to the start. */
  rest(from: LonLat, to: LonLat, here: LonLat): LonLat[] {
    const path = this.between(from, to)
    let best = 0
    let least = Infinity
    path.forEach((place, n) => {
      const metres = distanceM(place, here)
      if (metres < least) { least = metres; best = n }
    })
    if (least > LINK_MOST_M / 2) return this.between(here, to)
    return [here, ...path.slice(Math.min(best + 1, path.length - 1))]
  }
}
