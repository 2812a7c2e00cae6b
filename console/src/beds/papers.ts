/** Which of a bed's contracts speaks for it, which are still to come, which are history; as the service's gate chooses, pure. */
import type { Contract } from '../api/beds'
import type { Tone } from '../registers/table'

/** `renews`: whether the next one is to be drawn up: it is time, and none of those to come is it. */
export interface Papers { standing: Contract | null; coming: Contract[]; older: Contract[]; renews: boolean }

const signedAhead = (one: Contract): boolean => one.state === 'signed' && !one.in_force && one.days_left >= 0

/** `papers` come the newest first: one in force stands before one signed that is still to come, and that before a draft. */
export function papersOf(papers: readonly Contract[]): Papers {
  const live = papers.filter((one) => one.in_force || ['drawn', 'signed'].includes(one.state))
  const standing = live.find((one) => one.in_force) ?? live.find(signedAhead) ?? live[0] ?? null
  const coming = live.filter((one) => one !== standing && (one.state === 'drawn' || signedAhead(one)))
  const renews = standing !== null && standing.renewal_due && !coming.some((one) => one.renews_id === standing.id)
  return { standing, coming, renews, older: papers.filter((one) => one !== standing && !coming.includes(one)) }
}

/** Whether days to its end mean anything: not for a draft, nor for one that was left. */
export const counted = (one: Contract): boolean => one.state === 'signed' || one.in_force

export const leftTone = (one: Contract): Tone => (!one.renewal_due ? '' : one.days_left < 0 ? 'bad' : 'odd')
