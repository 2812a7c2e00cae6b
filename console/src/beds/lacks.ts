/** What a bed still lacks, said in the language in use: the code is the sentence, the kind of device its subject. */
import type { FailingCounts, Lack } from '../api/beds'
import { language, t, word } from '../i18n'
import { number } from '../i18n/say'
import { problemInChinese } from '../registers/wording'

/** `no mandatory smoke device is planned`, `device 5 (smoke) is not fitted`: the kind is a word of a closed list. */
export function deviceKind(detail: string, kinds: Readonly<Record<string, string>>): string | null {
  return detail.match(/[a-z_]+/g)?.find((one) => one in kinds && one !== 'other') ?? null
}

export function lackLine(lack: Lack): string {
  const kind = deviceKind(lack.detail, t.value.reg.deviceKind)
  const sentence = t.value.reg.lack[lack.code]
  if (sentence === undefined) return lack.detail
  return kind && lack.code.startsWith('device.') ? t.value.reg.bed.lackOf(word(t.value.reg.deviceKind, kind), sentence) : sentence
}

/** How many beds fail; with a plus where only the first ones were judged. */
export const someOf = (failing: FailingCounts): string => `${number(failing.beds)}${failing.more ? '+' : ''}`

/** The lines of a refusal, whatever the room: objects with a code, or plain words. */
export function missingLines(missing: unknown): string[] {
  if (!Array.isArray(missing)) return []
  return missing.map((one: unknown) => (typeof one === 'string' ? (language.value === 'zh' ? problemInChinese(one) : one) : lackLine(one as Lack)))
}
