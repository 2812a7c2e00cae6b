/** One finding of the lint as a sentence. */
import type { Finding } from '../api/endpoints'
import { t, word } from '../i18n'
import { clockHm, ms } from '../state/time'

export function findingLine(one: Finding): string {
  const r = t.value.ready
  switch (one.code) {
    case 'channel.log_only': return r.logOnly(word(r.channel, one.facts.channel ?? ''))
    case 'duty.gap': return r.gap(word(t.value.rung, one.facts.post ?? ''), when(one.facts.from_at), when(one.facts.to_at), one.facts.place ?? '')
    case 'duty.unreachable': return r.noNumber(one.count)
    case 'terminal.no_address': return r.noAddress(one.count)
    case 'elder.no_contact': return r.noContact(one.count)
    case 'ladder.unreadable': return r.badLadder
    default: return one.code
  }
}

function when(moment: string | undefined): string {
  if (!moment) return ''
  const at = new Date(ms(moment))
  return `${at.getMonth() + 1}/${at.getDate()} ${clockHm(at.getTime())}`
}
