/** A policy as sentences: conditions, lists and figures in the words of a language, and what a change takes away and brings; pure. */
import type { Condition, Entitled, Named, Ordering, PolicyValue, Promised } from '../api/rules'
import type { Rules } from '../i18n/rules.zh'
import { yuan } from '../registers/money'
import { shapeOf, type Field } from './shapes'

/** The words of one language that these sentences are made of. */
export interface Words {
  rules: Rules
  category: Record<string, string>
  device: Record<string, string>
  level: (n: number) => string
  name: (name: string) => string
  list: string
}

const of = (list: Record<string, string>, key: string): string => list[key] ?? key

export function conditionLine(one: Condition, w: Words, inner = false): string {
  const r = w.rules
  if ('category' in one) return of(w.category, one.category)
  if ('fact' in one) return one.fact === 'age' ? r.age(one.least) : r.ability(w.level(one.least))
  if ('is' in one) return of(r.is, one.is)
  if ('not' in one) return r.not(conditionLine(one.not, w, true))
  const parts = ('all' in one ? one.all : one.any).map((part) => conditionLine(part, w, true))
  const line = parts.join('all' in one ? r.and : r.or)
  return inner && parts.length > 1 ? r.bracket(line) : line
}

function namedLine(one: Named, field: Field, w: Words): string {
  const line = w.rules.line(w.name(one.name), conditionLine(one.when, w))
  if (field.as !== 'named' || !field.more) return line
  if (field.more === 'promise') return `${line}${w.list}${w.rules.promised(String(Math.round((one as Promised).minutes / 6) / 10), of(w.rules.payer, (one as Promised).payer))}`
  return `${line}${w.list}${w.rules.gives(of(w.rules.given, (one as Entitled).gives))}`
}

/** The lines under one field's name; a figure has one. */
export function fieldLines(field: Field, value: PolicyValue, w: Words): string[] {
  const r = w.rules
  const held = value[field.key]
  if (field.as === 'number') return typeof held === 'number' ? [field.unit === 'money' ? r.unit.money(yuan(held)) : r.unit[field.unit](held)] : []
  if (field.as === 'flag') return [held === true ? r.yes : r.no]
  if (!Array.isArray(held)) return []
  if (field.as === 'devices') return (held as { kind: string; mandatory: boolean }[]).map((one) => r.line(of(w.device, one.kind), one.mandatory ? r.must : r.may))
  if (field.as === 'order') return (held as Ordering[]).map((one) => r.line(of(r.orderBy, one.by), r.first[one.by]?.[one.first] ?? one.first))
  if (field.as === 'apart') return (held as string[][]).map((pair) => pair.map((role) => of(r.role, role)).join(' + '))
  return (held as Named[]).map((one) => namedLine(one, field, w))
}

export interface Difference { key: string; gone: string[]; come: string[] }

/** What a change takes away and brings, field by field; the order of a list counts. */
export function differences(kind: string, before: PolicyValue, after: PolicyValue, w: Words): Difference[] {
  return shapeOf(kind).flatMap((field) => {
    const [was, is] = [fieldLines(field, before, w), fieldLines(field, after, w)]
    const [gone, come] = [was.filter((line) => !is.includes(line)), is.filter((line) => !was.includes(line))]
    if (gone.length || come.length) return [{ key: field.key, gone, come }]
    return was.join('\n') === is.join('\n') ? [] : [{ key: field.key, gone: [was.join(' › ')], come: [is.join(' › ')] }]
  })
}
