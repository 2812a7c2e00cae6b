/** What the values of a policy need at the least, said while they are written; the service's own bounds, and only those. */
import type { Entitled, Named, PolicyValue } from '../api/rules'
import { shapeOf, type Field } from './shapes'

export type Need = 'apart' | 'caller' | 'named' | 'coded'
const CODE = /^[a-z][a-z0-9_.]{0,39}$/

function listed(value: PolicyValue, key: string): readonly unknown[] {
  const held = value[key]
  return Array.isArray(held) ? held : []
}

/** Design and acceptance are two firms in every district. */
const isApart = (pairs: readonly unknown[]): boolean => pairs.some((pair) => Array.isArray(pair) && pair.includes('design') && pair.includes('accept'))
const hasCaller = (devices: readonly unknown[]): boolean => (devices as { kind: string; mandatory: boolean }[]).some((one) => one.kind === 'call' && one.mandatory)

/** What this field still needs. */
export function needOf(field: Field, value: PolicyValue): Need | null {
  const rows = listed(value, field.key)
  if (field.as === 'apart') return isApart(rows) ? null : 'apart'
  if (field.as === 'devices') return hasCaller(rows) ? null : 'caller'
  if (field.as !== 'named') return null
  if ((rows as Named[]).some((one) => !one.name.trim())) return 'named'
  return field.more === 'entitled' && (rows as Entitled[]).some((one) => !CODE.test(one.code)) ? 'coded' : null
}

/** What a field always needs, to be read before anybody goes wrong. */
export const alwaysOf = (field: Field): Need | null => (field.as === 'apart' ? 'apart' : field.as === 'devices' ? 'caller' : null)

/** How many fields of a policy need something yet. */
export const lackingOf = (kind: string, value: PolicyValue): number => shapeOf(kind).filter((field) => needOf(field, value) !== null).length
