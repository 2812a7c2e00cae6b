/** The columns of who misses what: the rule that says so stands under the name of what is due, always; pure. */
import type { Missed } from '../api/waiting'
import { t } from '../i18n'
import { ruleName, sourceName } from '../registers/names'
import type { Column } from '../registers/table'
import { categoriesOf, levelOf, whoOf } from './facts'

export function missedColumns(): Column<Missed>[] {
  const m = t.value.reg.missed
  const source = (row: Missed): string | null => (row.source ? sourceName(row.source) : null)
  return [
    { key: 'elder', name: t.value.reg.elder.name, cell: (row) => row.elder.name },
    { key: 'who', name: t.value.reg.elder.who, cell: (row) => whoOf(row.elder) },
    { key: 'rule', name: m.rule, grow: true, cell: (row) => `${ruleName(row.name)}${row.verified ? '' : ` · ${t.value.reg.assess.unverified}`}`, under: (row) => m.by(source(row)) },
    { key: 'facts', name: m.facts, grow: true, cell: (row) => [levelOf(row.facts.ability), categoriesOf(row.facts)].filter(Boolean).join(t.value.words.sep) },
    { key: 'since', name: m.since, cell: (row) => row.since_on },
    { key: 'source', name: m.source, cell: source, filedOnly: true },
  ]
}
