/** How another row of the register is named beside this one: who and where, with its number; the number alone while it is being read. */
import type { ElderCard } from '../api/elders'
import type { Id } from '../api/types'
import { t } from '../i18n'
import { whoOf } from './facts'

export function namedBy(cards: readonly Pick<ElderCard, 'id' | 'name' | 'sex' | 'age' | 'address'>[], id: Id): string {
  const one = cards.find((card) => String(card.id) === String(id))
  return one ? `${one.name} ${whoOf(one)}${t.value.words.sep}${one.address}${t.value.words.sep}${one.id}` : String(id)
}
