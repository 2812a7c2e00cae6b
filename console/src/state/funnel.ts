/** Why nobody was left for a visit, as a funnel: how many remain after each barrier; pure arithmetic. */

const ORDER = ['skill', 'refused', 'pinned', 'bag', 'shift', 'window', 'ride', 'busy', 'price']

export interface Step { code: string; left: number }

/** `counts` says how many people each barrier stops first; the first step is everybody. */
export function funnelOf(counts: Readonly<Record<string, number>> | null): Step[] {
  const stopped = Object.entries(counts ?? {}).filter(([, n]) => n > 0)
  if (stopped.length === 0) return []
  stopped.sort(([a], [b]) => rank(a) - rank(b))
  let left = stopped.reduce((sum, [, n]) => sum + n, 0)
  return [{ code: 'all', left }, ...stopped.map(([code, n]) => ({ code, left: (left -= n) }))]
}

const rank = (code: string): number => (ORDER.includes(code) ? ORDER.indexOf(code) : ORDER.length)
