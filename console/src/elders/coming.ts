/** The next time that somebody is ordered to come on a later day; today's visits stand on the board already. */
import { shallowRef, watch } from 'vue'
import { orders, type MenuItem, type OrderRow } from '../api/orders'
import type { Id } from '../api/types'
import { useDesk } from '../desk/desk'
import { localDate } from '../state/time'
import { earliest } from './earliest'

let menu: MenuItem[] | null = null

export function useComing(elder: () => Id) {
  const desk = useDesk()
  const next = shallowRef<{ order: OrderRow; item: MenuItem | null } | null>(null)
  async function read(): Promise<void> {
    const day = localDate(desk.store.planAt.value)
    const found = await orders.coming(elder(), day).catch(() => null)
    const order = found && earliest(found.items, day)
    if (order) menu ??= await orders.menu().catch(() => null)
    next.value = order ? { order, item: menu?.find((one) => one.code === order.item_code) ?? null } : null
  }
  watch([elder, () => desk.board.value !== null], ([, ready]) => { if (ready) void read() }, { immediate: true })
  return next
}
