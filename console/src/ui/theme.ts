/** Day or night: follows the shift until somebody presses N, then keeps the choice; it draws nothing. */
import { ref, watchEffect } from 'vue'
import { isNightShift } from '../state/time'

export type Theme = 'day' | 'night'
const KEPT = 'unwalled.theme'

const asked = (): Theme | null => {
  const value = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(KEPT)
  return value === 'night' || value === 'day' ? value : null
}

const chosen = ref<Theme | null>(asked())
export const theme = ref<Theme>('day')

export function followShift(now: number): void {
  theme.value = chosen.value ?? (isNightShift(now) ? 'night' : 'day')
}

export function flipTheme(): void {
  chosen.value = theme.value === 'day' ? 'night' : 'day'
  localStorage.setItem(KEPT, chosen.value)
  theme.value = chosen.value
}

watchEffect(() => { document.documentElement.dataset['theme'] = theme.value })
