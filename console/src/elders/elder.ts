/** One elder's page: the card and what stands around it, each read and failing by itself. */
import { onUnmounted, reactive, shallowRef } from 'vue'
import { beds, type BedRow } from '../api/beds'
import { elders, type ElderCard, type Revealed } from '../api/elders'
import type { Device } from '../api/fleet'
import { asProblem, type Problem } from '../api/http'
import type { Id, Incident } from '../api/types'
import { fieldsOr, saidOf } from '../registers/said'

/** What was opened closes again by itself. */
const OPEN_MS = 120_000

export function createElder(id: Id) {
  const card = shallowRef<ElderCard | null>(null)
  const devices = shallowRef<Device[] | null>(null)
  const calls = shallowRef<Incident[] | null>(null)
  /** Undefined until it was asked for; null when there is none. */
  const bed = shallowRef<BedRow | null | undefined>(undefined)
  const open = shallowRef<Revealed | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const face = reactive({ said: '', busy: false })
  let timer: ReturnType<typeof setTimeout> | undefined

  async function read(): Promise<void> {
    try {
      card.value = await elders.one(id)
      problem.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
      return
    }
    around()
  }

  /** Devices, calls and the bed change by themselves; the card does not. */
  function around(): void {
    void elders.devices(id).then((found) => { devices.value = found.items }).catch(() => undefined)
    void beds.list({ elder_id: String(id) }, null).then((found) => { bed.value = found.items.find((one) => one.state !== 'closed') ?? null }).catch(() => undefined)
    void elders.calls(id).then((found) => { calls.value = [...found.items].reverse() }).catch(() => undefined)
  }

  /** A verb that answers with the card as it stands now. */
  async function doing(act: () => Promise<ElderCard>): Promise<boolean> {
    if (face.busy) return false
    Object.assign(face, { busy: true, said: '' })
    try {
      card.value = await act()
      return true
    } catch (thrown) {
      const refused = asProblem(thrown)
      face.said = fieldsOr(refused)
      if (refused.code === 'elder.changed_meanwhile') await read()
      return false
    } finally {
      face.busy = false
    }
  }

  async function reveal(reason: string): Promise<boolean> {
    face.said = ''
    try {
      open.value = await elders.reveal(id, reason)
      clearTimeout(timer)
      timer = setTimeout(() => { open.value = null }, OPEN_MS)
      return true
    } catch (thrown) {
      face.said = saidOf(asProblem(thrown))
      return false
    }
  }

  void read()
  onUnmounted(() => clearTimeout(timer))
  return { id, card, bed, devices, calls, open, problem, face, read, around, doing, reveal, hide: () => { clearTimeout(timer); open.value = null } }
}

export type ElderDesk = ReturnType<typeof createElder>
