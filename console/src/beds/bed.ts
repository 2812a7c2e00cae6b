/** One bed's page: the card, its works and contracts; every verb answers what stands now or exactly what is missing. */
import { reactive, shallowRef } from 'vue'
import { beds, contracts, worksOf, type BedCard, type Contract, type Provider, type Works } from '../api/beds'
import { elders, type ElderCard } from '../api/elders'
import { asProblem, type Problem } from '../api/http'
import type { Id } from '../api/types'
import { t } from '../i18n'
import { fieldsOr } from '../registers/said'
import { missingLines } from './lacks'

export interface Refusal { said: string; missing: string[]; allowed: string[] }

export function refusalOf(problem: Problem): Refusal {
  const { allowed, verbs } = problem.body
  const others = verbs !== null && typeof verbs === 'object' ? Object.keys(verbs) : []
  return { said: fieldsOr(problem), missing: missingLines(problem.body['missing']), allowed: [...others, ...(Array.isArray(allowed) ? allowed.map(String) : [])] }
}

export function createBed(id: Id) {
  const card = shallowRef<BedCard | null>(null)
  /** Whose bed it is. */
  const person = shallowRef<ElderCard | null>(null)
  const works = shallowRef<Works[]>([])
  const papers = shallowRef<Contract[]>([])
  const providers = shallowRef<Provider[]>([])
  const problem = shallowRef<Problem | null>(null)
  const refusal = shallowRef<Refusal | null>(null)
  const face = reactive({ busy: false, done: '' })

  async function around(): Promise<void> {
    const home = card.value?.household_id
    await Promise.all([
      card.value === null || person.value ? null : elders.one(card.value.elder_id).then((found) => { person.value = found }),
      home === undefined ? null : worksOf.list(home).then((found) => { works.value = [...found.items].reverse() }),
      contracts.list(id).then((found) => { papers.value = [...found.items].reverse() }),
    ].map((one) => one?.catch(() => undefined)))
  }

  async function read(): Promise<void> {
    try {
      card.value = await beds.one(id)
      problem.value = null
      await around()
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  /** Does something to the bed or around it, then reads what stands; a refusal stays on the page until the next verb. */
  async function doing(act: () => Promise<unknown>): Promise<boolean> {
    if (face.busy) return false
    Object.assign(face, { busy: true, done: '' })
    refusal.value = null
    try {
      await act()
      await read()
      face.done = t.value.reg.list.saved
      return true
    } catch (thrown) {
      refusal.value = refusalOf(asProblem(thrown))
      if (asProblem(thrown).status === 409) await read()
      return false
    } finally {
      face.busy = false
    }
  }

  void read()
  beds.providers().then((found) => { providers.value = found }).catch(() => undefined)
  return { id, card, person, works, papers, providers, problem, refusal, face, read, doing, providerName: (one: Id | null): string => providers.value.find((p) => p.id === one)?.name ?? t.value.reg.list.none }
}

export type BedDesk = ReturnType<typeof createBed>
