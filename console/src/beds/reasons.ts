/** Why an application stands where it stands, as one sentence; the names of tiers come from the district's own rule. */
import type { WaitingRow } from '../api/waiting'
import { t, word } from '../i18n'
import { ruleName } from '../registers/names'

export function reasonLine(row: WaitingRow): string {
  const w = t.value.reg.waiting
  if (row.position === null) return w.unmet(row.unmet.map(ruleName).join(t.value.words.list))
  const tier = row.reasons.find((one) => one.by === 'tier')
  const first = tier?.name ? ruleName(tier.name) : w.noTier
  if (row.decided_by === null) return first
  const by = row.reasons.find((one) => one.by === row.decided_by)
  if (row.decided_by === 'tier') return w.behind(first)
  return `${first}${t.value.words.sep}${w.decided(word(t.value.reg.orderBy, row.decided_by), said(by))}`
}

function said(reason: WaitingRow['reasons'][number] | undefined): string {
  if (!reason) return ''
  if (reason.by === 'ability') return typeof reason.value === 'number' && reason.value >= 0 ? t.value.words.careLevel(reason.value) : t.value.reg.elder.noLevel
  if (reason.by === 'first_among_equals') return reason.value === true ? ruleName(reason.name ?? '') : t.value.reg.waiting.noPriority
  return String(reason.value)
}
