/** One visit under the dispatcher's hand: its best places, one of them taken, fixed to somebody, free again. */
import { computed, onUnmounted, reactive, watch } from 'vue'
import { plans, visits, type Place } from '../api/endpoints'
import { asProblem, type Problem } from '../api/http'
import type { Id } from '../api/types'
import { t } from '../i18n'
import { fieldsOr } from '../registers/said'
import type { Desk } from './desk'

const POLL_MS = 400
const OVER = ['done', 'failed', 'cancelled']

interface PlacingFace {
  planId: Id | null
  places: Place[] | null
  reading: boolean
  busy: boolean
  /** Who is fixed, and when; null while it is not known. */
  fixed: Id[] | null
  fixedAt: string | null
  said: string
  tone: '' | 'good' | 'odd' | 'bad'
}

const blank = (): PlacingFace => ({ planId: null, places: null, reading: false, busy: false, fixed: null, fixedAt: null, said: '', tone: '' })

export function createPlacing(desk: Desk) {
  const face = reactive<PlacingFace>(blank())
  const visit = computed(() => (desk.visitId.value === null ? undefined : desk.board.value?.visits.get(desk.visitId.value)))
  let gone = false

  function say(text: string, tone: PlacingFace['tone'] = ''): void {
    Object.assign(face, { said: text, tone })
  }

  /** Why not, in the language in use where the code is known. */
  function why(problem: Problem): string {
    const known: Record<string, string> = t.value.place.refused
    return known[problem.code] ?? fieldsOr(problem)
  }

  async function open(): Promise<void> {
    const one = visit.value
    Object.assign(face, blank())
    if (!one) return
    const pin = await visits.pin(one.id).catch(() => null)
    if (visit.value?.id === one.id && pin) Object.assign(face, { fixed: pin.caregiver_ids, fixedAt: pin.start_at })
  }

  async function look(): Promise<void> {
    const one = visit.value
    if (!one || face.reading) return
    face.reading = true
    say('')
    try {
      const found = await visits.places(one.id)
      if (visit.value?.id !== one.id) return
      Object.assign(face, { planId: found.plan_id, places: found.places })
    } catch (thrown) {
      say(why(asProblem(thrown)), 'bad')
    } finally {
      face.reading = false
    }
  }

  async function ended(job: Id): Promise<string | null> {
    for (;;) {
      const now = await plans.job(job)
      if (gone || OVER.includes(now.state)) return now.state === 'done' ? null : (now.error ?? now.state)
      await new Promise((wake) => setTimeout(wake, POLL_MS))
    }
  }

  /** Takes one of the places shown: the service finds it again and puts a new version in force, or says why not. */
  async function take(place: Place): Promise<void> {
    const one = visit.value
    if (!one || face.planId === null || face.busy) return
    face.busy = true
    say(t.value.place.taking)
    try {
      const { job_id } = await visits.take(one.id, face.planId, place.caregivers.map((who) => who.caregiver_id))
      const failed = await ended(job_id)
      face.places = null
      say(failed === null ? t.value.place.taken : t.value.place.notTaken(failed), failed === null ? 'good' : 'bad')
    } catch (thrown) {
      say(why(asProblem(thrown)), 'bad')
    } finally {
      face.busy = false
    }
  }

  /** Fixes who comes and when; without anybody the visit is free again. */
  async function pin(caregivers: Id[], startAt: string | null): Promise<void> {
    const one = visit.value
    if (!one || face.busy) return
    face.busy = true
    try {
      const now = await visits.setPin(one.id, caregivers, startAt)
      Object.assign(face, { fixed: now.caregiver_ids, fixedAt: now.start_at })
      say(caregivers.length ? t.value.place.pinned : t.value.place.free, 'good')
    } catch (thrown) {
      say(why(asProblem(thrown)), 'bad')
    } finally {
      face.busy = false
    }
  }

  watch(() => desk.visitId.value, () => void open(), { immediate: true })
  onUnmounted(() => { gone = true })
  return { face, visit, look, take, pin }
}
