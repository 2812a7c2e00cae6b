/** The roster of one post: read, added to, changed, shortened; a change adds before it takes away, so that nobody is missing in between. */
import { reactive, shallowRef, watch, type Ref } from 'vue'
import { duties, type Duty, type NewDuty, type Post } from '../api/duty'
import { asProblem, type Problem } from '../api/http'
import { promises, type Cover } from '../api/waiting'
import { objectionsOf, type Objection } from '../registers/objections'
import { saidOf } from '../registers/said'
import { DAYS } from './days'

export function createRoster(post: Ref<Post>, first: Ref<number>) {
  const rows = shallowRef<Duty[]>([])
  const cover = shallowRef<Cover[]>([])
  const problem = shallowRef<Problem | null>(null)
  const face = reactive({ reading: true, busy: false, done: 0, of: 0, said: '', objections: {} as Record<string, Objection> })
  let turn = 0

  async function read(): Promise<void> {
    if (first.value === 0) return
    const mine = ++turn
    face.reading = true
    try {
      const [found, told] = await Promise.all([
        duties.roster(post.value, new Date(first.value).toISOString(), DAYS + 1),
        post.value === 'station' ? promises.cover() : null,
      ])
      if (mine !== turn) return
      rows.value = found
      cover.value = told?.items ?? []
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = asProblem(thrown)
    } finally {
      if (mine === turn) face.reading = false
    }
  }

  async function doing(act: () => Promise<void>): Promise<boolean> {
    if (face.busy) return false
    Object.assign(face, { busy: true, said: '', objections: {} })
    try {
      await act()
      return true
    } catch (thrown) {
      const refused = asProblem(thrown)
      face.objections = objectionsOf(refused)
      face.said = Object.keys(face.objections).length ? '' : saidOf(refused)
      return false
    } finally {
      face.busy = false
      await read()
    }
  }

  const add = (wanted: readonly NewDuty[]): Promise<boolean> => doing(async () => {
    face.of = wanted.length
    for (face.done = 0; face.done < wanted.length; face.done += 1) {
      const next = wanted[face.done]
      if (next) await duties.add(next)
    }
  })
  const change = (old: Duty, wanted: NewDuty): Promise<boolean> => doing(async () => {
    await duties.add(wanted)
    await duties.end(old.id)
  })
  const end = (old: Duty): Promise<boolean> => doing(async () => { await duties.end(old.id) })

  watch([post, first], () => void read(), { immediate: true })
  return { rows, cover, problem, face, read, add, change, end }
}

export type Roster = ReturnType<typeof createRoster>
