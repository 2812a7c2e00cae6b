/** The name of a level: the scale's own in Chinese, ours in the other language. */
import { language, t } from '../i18n'

export function levelName(scale: string, level: number | null, own: string | null): string {
  if (level === null) return own ?? ''
  if (language.value === 'zh' && own) return own
  return scale === 'ltci2021' ? (t.value.reg.assess.needLevels[level] ?? String(level)) : t.value.words.careLevel(level)
}
