/** Paths and shapes of orders, as far as the registers look at them. */
import type { Slice } from '../registers/list'
import { get } from './http'
import { pathOf } from './paths'
import type { Id } from './types'

export interface OrderRow { id: Id; item_code: string; service_on: string; window: [string, string]; state: string }
export interface MenuItem { code: string; name_zh: string; name_en: string }

export const orders = {
  /** Of one elder, from a day on. */
  coming: (elder_id: Id, from_on: string) => get<Slice<OrderRow>>(pathOf('/api/orders', { elder_id, from_on, limit: 200 })),
  menu: () => get<MenuItem[]>('/api/menu'),
}
