/** The language in use and its sentences; it keeps the choice, it translates no data. */
import { computed, ref, watchEffect } from 'vue'
import { en } from './en'
import { zh, type Catalogue } from './zh'

export type Language = 'zh' | 'en'
const CATALOGUES: Record<Language, Catalogue> = { zh, en }
const KEPT = 'unwalled.language'

const kept = (): Language => {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem(KEPT)
  return asked === 'en' ? 'en' : 'zh'
}

export const language = ref<Language>(kept())
export const t = computed<Catalogue>(() => CATALOGUES[language.value])

export function swapLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh'
  localStorage.setItem(KEPT, language.value)
}

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})

/** A word from an open list (`kind`, `role`, `rung`): what the server adds later still reads as something. */
export const word = (list: Record<string, string>, key: string | number | null | undefined): string =>
  key === null || key === undefined ? (list['other'] ?? '') : (list[String(key)] ?? String(key))
