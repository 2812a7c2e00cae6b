/** The words of the language in use for the sentences of policies. */
import { computed } from 'vue'
import { t } from '../i18n'
import { ruleName } from '../registers/names'
import type { Words } from './words'

export const words = computed<Words>(() => ({
  rules: t.value.rules, category: t.value.reg.category, device: t.value.reg.deviceKind, level: (n) => t.value.words.careLevel(n), name: ruleName, list: t.value.words.list,
}))
