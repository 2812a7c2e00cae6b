/** Names that a district's rules give, in the language in use: theirs in Chinese, the well-known ones in English too. */
import { language } from '../i18n'
import { BY_CODE, KNOWN, SOURCES } from './known'

export const ruleName = (name: string): string => (language.value === 'zh' ? name : (KNOWN[name] ?? name))
export const ruleNameOf = (code: string, told: string | undefined): string => ruleName(told ?? BY_CODE[code] ?? code)
/** By which text a rule holds. */
export const sourceName = (source: string): string => (language.value === 'zh' ? (SOURCES[source] ?? source) : source)
