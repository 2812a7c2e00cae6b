/** Whom a sheet lacks, and why; consent taken back is one thing, gone from one's scope while the list was read another. */
import type { Catalogue } from '../i18n/zh'

/** `withheld` counts everybody who is left out, `outside` those of them who are no longer ours. */
export function missingLines(withheld: number, outside: number, number: (n: number) => string, t: Catalogue): string[] {
  const declined = withheld - outside
  return [declined > 0 ? t.reg.list.withheld(number(declined)) : '', outside > 0 ? t.reg.list.outside(number(outside)) : ''].filter(Boolean)
}
