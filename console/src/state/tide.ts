/** The tide line's arithmetic: one bar for every promise, as shares of its width; it draws nothing. */

export interface Tide { fill: number; post: number; ticks: number[]; breached: boolean }

const share = (value: number): number => Math.min(1, Math.max(0, value))

/** A promise in time: fill = elapsed, post = goal, ticks = presses; the bar shows twice the goal, then stretches. */
export function timeTide(startMs: number, nowMs: number, goalMs: number, pressesMs: readonly number[] = []): Tide {
  const elapsed = Math.max(0, nowMs - startMs)
  const span = goalMs * 2
  return {
    fill: share(elapsed / span),
    post: goalMs / span,
    ticks: pressesMs.map((at) => share((at - startMs) / span)),
    breached: elapsed > goalMs,
  }
}

/** A share against its goal, both 0-1: drawn from `low` to 1, or a 97 % post would be invisible. */
export function shareTide(value: number, goal: number): Tide {
  const low = goal > 0.9 ? 0.9 : Math.max(0, 1 - (1 - goal) * 2.5)
  const place = (x: number): number => share((x - low) / (1 - low))
  return { fill: place(value), post: place(goal), ticks: [], breached: value < goal }
}

/** Where arrival stands: the goal's end is the bar's end, the post is the expected arrival. */
export function arrivalTide(startMs: number, nowMs: number, goalMs: number, expectedMs: number | null): Tide {
  const elapsed = Math.max(0, nowMs - startMs)
  return {
    fill: share(elapsed / goalMs),
    post: expectedMs === null ? 1 : share((expectedMs - startMs) / goalMs),
    ticks: [],
    breached: elapsed > goalMs,
  }
}
