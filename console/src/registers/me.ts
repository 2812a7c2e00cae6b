/** Who works at the registers, for pages that show a verb only to those who may use it. */
import { inject, provide, type InjectionKey } from 'vue'
import type { Me } from '../api/types'
import { mayWrite } from '../places/route'

const ME: InjectionKey<Me> = Symbol('me')
export const provideMe = (me: Me): void => provide(ME, me)

export function useMe(): { me: Me; writes: boolean } {
  const me = inject(ME)
  if (!me) throw new Error('a register was mounted outside the console')
  return { me, writes: mayWrite(me.role) }
}
