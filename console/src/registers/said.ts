/** A refusal of the service as a sentence in the language in use, where its code is known. */
import type { Problem } from '../api/http'
import { t } from '../i18n'

export function saidOf(problem: Problem): string {
  if (problem.unreachable) return t.value.reg.list.unreachable
  if (problem.status === 403) return t.value.problem['role.forbidden']
  if (problem.status === 404) return t.value.reg.list.gone
  const known: Record<string, string> = { ...t.value.problem, ...t.value.reg.problem }
  return known[problem.code] ?? problem.message
}
