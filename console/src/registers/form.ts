/** One form: values, the service's objections at their fields, a draft kept as it is typed; it decides nothing itself. */
import { nextTick, onUnmounted, reactive, watch } from 'vue'
import { asProblem } from '../api/http'
import type { Id } from '../api/types'
import { t } from '../i18n'
import { objectionsOf, type Objection } from './objections'
import { saidOf } from './said'

const KEPT = 'unwalled.draft.'
const PAUSE_MS = 400

export interface FormDoor<V extends object, R> {
  /** The draft's name; one a form and row. */
  key: string
  blank: () => V
  send: (values: V) => Promise<R>
  done: (result: R) => void
  /** Fields that no draft keeps: numbers that identify a person. */
  secret?: readonly (keyof V)[]
}

/** A long form is refused below its first fault: whoever sent it goes on typing there. */
function showFirstWrong(): void {
  document.querySelector<HTMLElement>('.form [aria-invalid="true"]')?.focus()
}

export function createForm<V extends object, R>(door: FormDoor<V, R>) {
  const values = reactive(door.blank()) as V
  /** `standing` is the elder whom the service names as being there already. */
  const face = reactive({ busy: false, said: '', objections: {} as Record<string, Objection>, kept: false, standing: null as Id | null })
  let timer: ReturnType<typeof setTimeout> | undefined

  function load(): void {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT + door.key) ?? 'null') as Partial<V> | null
      if (kept) { Object.assign(values, kept); face.kept = true }
    } catch { sessionStorage.removeItem(KEPT + door.key) }
  }

  function keep(): void {
    const open = Object.fromEntries(Object.entries(values).filter(([name]) => !door.secret?.includes(name as keyof V)))
    sessionStorage.setItem(KEPT + door.key, JSON.stringify(open))
  }

  function forget(): void {
    clearTimeout(timer)
    sessionStorage.removeItem(KEPT + door.key)
    face.kept = false
  }

  async function submit(): Promise<void> {
    if (face.busy) return
    Object.assign(face, { busy: true, said: '', objections: {}, standing: null })
    try {
      const result = await door.send({ ...values })
      forget()
      Object.assign(values, door.blank())
      queueMicrotask(forget)
      door.done(result)
    } catch (thrown) {
      const problem = asProblem(thrown)
      face.objections = objectionsOf(problem)
      face.standing = (problem.body['elder_id'] as Id | undefined) ?? null
      face.said = Object.keys(face.objections).length ? t.value.reg.form.look(Object.keys(face.objections).length) : saidOf(problem)
      void nextTick(showFirstWrong)
    } finally {
      face.busy = false
    }
  }

  load()
  watch(values, () => { clearTimeout(timer); timer = setTimeout(keep, PAUSE_MS) }, { deep: true, flush: 'sync' })
  onUnmounted(() => clearTimeout(timer))
  return { values, face, submit, discard: () => { Object.assign(values, door.blank()); face.objections = {}; face.said = ''; queueMicrotask(forget) } }
}

export type Form<V extends object, R> = ReturnType<typeof createForm<V, R>>
