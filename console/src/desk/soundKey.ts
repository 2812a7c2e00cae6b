/** The name under which panels find the desk's bell. */
import { inject, type InjectionKey } from 'vue'
import type { Sound } from '../sound/sound'

export const SOUND: InjectionKey<Sound> = Symbol('sound')

export function useSound(): Sound {
  const sound = inject(SOUND)
  if (!sound) throw new Error('a bell was asked for outside the desk')
  return sound
}
