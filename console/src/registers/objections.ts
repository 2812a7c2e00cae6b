/** What the service would not take, sorted by field; pure, so that it can be tested without a page. */
import type { Problem } from '../api/http'

export interface Objection { problem: string; accepted: string }

/** By the service's own path of the field, without the `body.` before it. */
export function objectionsOf(problem: Problem): Record<string, Objection> {
  return Object.fromEntries((problem.body.fields ?? []).map((one) => [one.field.replace(/^body\./, ''), { problem: one.problem, accepted: one.accepted ?? '' }]))
}
