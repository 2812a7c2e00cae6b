/** One form being filled in: kept by the service as it grows, one save at a time, the newest last. */
import { computed, onUnmounted, reactive, ref, shallowRef, watch } from 'vue'
import { assessments, type Answers, type Assessment, type Scale, type Scales, type ScaleName } from '../api/assessments'
import { asProblem, type Problem } from '../api/http'
import type { Id } from '../api/types'
import { fieldsOr, saidOf } from '../registers/said'
import { runningOf } from './running'

const PAUSE_MS = 500
const AGAIN_MS = 4_000

const blank = (): Answers => ({ items: {}, coma: false, diagnoses: [], events: {}, refused: [], note: null })

export type Saving = 'kept' | 'waiting' | 'sending' | 'failed'

export function createFilling(id: Id) {
  const row = shallowRef<Assessment | null>(null)
  const scales = shallowRef<Scales | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const answers = reactive<Answers>(blank())
  const on = ref('')
  const face = reactive({ saving: 'kept' as Saving, said: '', busy: false, wrong: new Set<string>() })
  const scale = computed<Scale | null>(() => scales.value?.[row.value?.scale as ScaleName] ?? null)
  const running = computed(() => (scale.value ? runningOf(scale.value, answers) : null))
  const open = computed(() => row.value?.next.includes('save') ?? false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let loading = false
  let sent = ''

  const shape = (): string => JSON.stringify([answers, on.value])

  function take(next: Assessment, whole: boolean): void {
    row.value = next
    if (!whole) return
    loading = true
    Object.assign(answers, blank(), next.answers)
    on.value = next.assessed_on ?? ''
    sent = shape()
    loading = false
  }

  async function read(): Promise<void> {
    try {
      const [found, tables] = await Promise.all([assessments.one(id), scales.value ?? assessments.scales()])
      scales.value = tables
      take(found, true)
      problem.value = null
    } catch (thrown) {
      problem.value = asProblem(thrown)
    }
  }

  /** Sends what stands; what is typed meanwhile goes with the next one. False when it could not be kept. */
  async function save(): Promise<boolean> {
    clearTimeout(timer)
    const now = shape()
    if (!row.value || !open.value || now === sent) { face.saving = 'kept'; return true }
    if (face.saving === 'sending') return false
    face.saving = 'sending'
    try {
      const kept = await assessments.save(id, row.value.version, JSON.parse(JSON.stringify(answers)) as Answers, on.value || null)
      sent = now
      take(kept, false)
      face.said = ''
      face.saving = shape() === sent ? 'kept' : 'waiting'
      if (face.saving === 'waiting') timer = setTimeout(() => void save(), PAUSE_MS)
      return true
    } catch (thrown) {
      const refused = asProblem(thrown)
      face.saving = 'failed'
      face.said = fieldsOr(refused)
      if (refused.code === 'assessment.changed_meanwhile') await read()
      else if (refused.unreachable) timer = setTimeout(() => void save(), AGAIN_MS)
      return false
    }
  }

  async function doing(act: (version: number) => Promise<Assessment>): Promise<boolean> {
    if (face.busy) return false
    face.busy = true
    face.said = ''
    face.wrong = new Set()
    try {
      if (!(await save()) || !row.value) return false
      take(await act(row.value.version), true)
      return true
    } catch (thrown) {
      const refused = asProblem(thrown)
      face.wrong = new Set((refused.body.fields ?? []).map((one) => one.field.replace(/^items\./, '')))
      face.said = saidOf(refused)
      if (refused.code === 'assessment.changed_meanwhile') await read()
      return false
    } finally {
      face.busy = false
    }
  }

  watch([answers, on], () => {
    if (loading || !open.value || shape() === sent) return
    if (face.saving !== 'sending') face.saving = 'waiting'
    clearTimeout(timer)
    timer = setTimeout(() => void save(), PAUSE_MS)
  }, { deep: true })

  /** Leaving the page must not lose the last half second. */
  const onHide = (): void => { if (document.visibilityState === 'hidden') void save() }
  document.addEventListener('visibilitychange', onHide)
  onUnmounted(() => {
    document.removeEventListener('visibilitychange', onHide)
    void save()
  })
  void read()
  return { row, scale, scales, answers, on, running, open, problem, face, read, save, doing }
}

export type Filling = ReturnType<typeof createFilling>
