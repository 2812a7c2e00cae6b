/** What each kind of policy is made of, so that one form and one set of sentences serve them all; bounds are the service's. */

export type Unit = 'days' | 'months' | 'hours' | 'percent' | 'money'
export type Field =
  | { key: string; as: 'number'; unit: Unit; least: number; most: number }
  | { key: string; as: 'flag' | 'devices' | 'order' | 'apart' }
  | { key: string; as: 'named'; more?: 'promise' | 'entitled' }

const number = (key: string, unit: Unit, least: number, most: number): Field => ({ key, as: 'number', unit, least, most })

export const SHAPES: Readonly<Record<string, readonly Field[]>> = {
  'bed.waiting': [{ key: 'preconditions', as: 'named' }, { key: 'tiers', as: 'named' }, { key: 'first_among_equals', as: 'named' }, { key: 'order', as: 'order' }],
  'patrol.groups': [{ key: 'groups', as: 'named' }, number('goal_percent', 'percent', 1, 100), { key: 'auto', as: 'flag' }],
  'bed.devices': [{ key: 'devices', as: 'devices' }],
  'bed.contract': [number('cooling_off_days', 'days', 0, 60), number('remind_days', 'days', 1, 180), number('longest_months', 'months', 1, 60)],
  'bed.works': [number('grant_cap_fen', 'money', 0, 100_000_000), { key: 'separate', as: 'apart' }],
  'bed.promise': [{ key: 'promises', as: 'named', more: 'promise' }],
  'bed.respite': [number('hour_fen', 'money', 0, 100_000_000), number('longest_hours', 'hours', 1, 744), number('days_a_year', 'days', 1, 366)],
  entitlements: [{ key: 'rules', as: 'named', more: 'entitled' }],
}

/** In the order in which a district looks for them. */
export const KINDS = Object.keys(SHAPES)
export const shapeOf = (kind: string): readonly Field[] => SHAPES[kind] ?? []
