/** What followed from somebody leaving, coming back or moving, as one sentence; nothing for any other change. */
import type { Followed } from '../api/elders'

export interface FollowedWords {
  leftCame: (orders: number, visits: number) => string
  backCame: (orders: number) => string
  movedCame: (visits: number) => string
}

export function followedOf(came: Followed, words: FollowedWords): string {
  const said: string[] = []
  if (came.orders_cancelled !== undefined) said.push(words.leftCame(came.orders_cancelled, came.visits_cancelled ?? 0))
  if (came.orders_stay_cancelled) said.push(words.backCame(came.orders_stay_cancelled))
  if (came.visits_moved) said.push(words.movedCame(came.visits_moved))
  return said.join(' ')
}
