/** A refusal of the service as a sentence in the language in use, where its code is known. */
import type { Problem } from '../api/http'
import { language, t } from '../i18n'
import type { Objection } from './objections'
import { acceptedInChinese, inPlainEnglish, problemInChinese } from './wording'

export function saidOf(problem: Problem): string {
  if (problem.unreachable) return t.value.reg.list.unreachable
  if (problem.status === 403) return t.value.problem['role.forbidden']
  if (problem.status === 404) return t.value.reg.list.gone
  const known: Record<string, string> = { ...t.value.problem, ...t.value.reg.problem }
  return known[problem.code] ?? problem.message
}

/** Why a value was not taken and what would be, in the language in use. */
export function objectionLine(one: Objection): string {
  const [problem, accepted] = language.value === 'zh' ? [problemInChinese(one.problem), acceptedInChinese(one.accepted)] : [inPlainEnglish(one.problem), inPlainEnglish(one.accepted)]
  const said = accepted && !accepted.startsWith('see /docs') ? accepted : ''
  return said ? `${problem} · ${said}` : problem
}

/** The objections to fields as one line, or the refusal itself. */
export function fieldsOr(problem: Problem): string {
  return (problem.body.fields ?? []).map((one) => objectionLine({ problem: one.problem, accepted: one.accepted ?? '' })).join('; ') || saidOf(problem)
}
