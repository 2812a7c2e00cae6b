/** Runs one planning job and lists the drafts; it publishes only when told to. */
import { computed, onUnmounted, reactive, watch } from 'vue'
import { plans as api } from '../api/endpoints'
import { asProblem } from '../api/http'
import type { Id, JobProgress, Plan } from '../api/types'
import { t } from '../i18n'
import { number } from '../i18n/say'
import { localDate } from '../state/time'
import type { Desk } from './desk'

export const SECONDS = [5, 10, 20, 40, 60] as const
const OVER = ['done', 'failed', 'cancelled']
const POLL_MS = 2_000

interface PlanningFace {
  area: string
  seconds: number
  job: JobProgress | null
  plans: Plan[]
  reading: boolean
  publishing: Id | null
  said: string
  tone: '' | 'good' | 'odd' | 'bad'
  startedAt: number
}

export function createPlanning(desk: Desk) {
  const face = reactive<PlanningFace>({
    area: desk.board.value?.me.areas[0]?.code ?? '', seconds: 20, job: null, plans: [], reading: false, publishing: null, said: '', tone: '', startedAt: 0,
  })
  const running = computed(() => face.job !== null && !OVER.includes(face.job.state))
  const onDate = (): string => localDate(desk.store.planAt.value)
  let timer: ReturnType<typeof setInterval> | undefined

  function say(text: string, tone: PlanningFace['tone'] = ''): void {
    face.said = text
    face.tone = tone
  }

  async function read(): Promise<void> {
    face.reading = true
    try {
      face.plans = (await api.list(onDate(), face.area)).slice().sort((a, b) => b.version - a.version)
    } catch (thrown) {
      say(asProblem(thrown).message, 'bad')
    } finally {
      face.reading = false
    }
  }

  function heard(job: JobProgress): void {
    if (!face.job || job.job_id !== face.job.job_id || !running.value) return
    face.job = { ...face.job, ...job }
    if (!OVER.includes(job.state)) return
    clearInterval(timer)
    const p = t.value.plan
    if (job.state === 'failed') say(job.error ? p.failedWhy(job.error) : p.failed, 'bad')
    else if (job.state === 'cancelled') say(p.cancelled, 'odd')
    else say(p.done(job.served ?? 0, job.unserved ?? 0), 'good')
    // The socket says that it ended; whom it concerns is asked for.
    if (job.state === 'done' && !face.job.changes) void api.job(job.job_id).then((whole) => { if (face.job) face.job = { ...face.job, ...whole } }).catch(() => undefined)
    void read()
  }

  async function run(): Promise<void> {
    say('')
    try {
      const { job_id } = await api.start(onDate(), face.area, face.seconds)
      face.job = { job_id, state: 'waiting' }
      face.startedAt = desk.store.now.value
      // The socket tells progress; asking too covers a desk that is stopped while the planner runs.
      timer = setInterval(() => void api.job(job_id).then((job) => heard({ ...job, job_id })).catch(() => undefined), POLL_MS)
    } catch (thrown) {
      say(asProblem(thrown).message, 'bad')
    }
  }

  async function cancel(): Promise<void> {
    if (face.job) await api.cancel(face.job.job_id).catch((thrown: unknown) => say(asProblem(thrown).message, 'bad'))
  }

  async function publish(plan: Plan): Promise<void> {
    face.publishing = plan.id
    try {
      await api.publish(plan.id)
      say('')
      await read()
    } catch (thrown) {
      say(asProblem(thrown).message, 'bad')
    } finally {
      face.publishing = null
    }
  }

  function sum(plan: Plan): string {
    const p = t.value.plan
    const parts: string[] = []
    if (plan.served !== undefined) parts.push(`${p.served} ${plan.served}`)
    if (plan.unserved !== undefined) parts.push(`${p.unserved} ${plan.unserved}`)
    if (plan.cost !== undefined && plan.cost !== null) parts.push(`${p.cost} ${number(Math.round(plan.cost))}`)
    return parts.join(t.value.words.sep)
  }

  /** How many more visits a draft leaves out than the plan in use; null when it is no worse or cannot be compared. */
  function worseBy(plan: Plan): number | null {
    const inUse = face.plans.find((one) => one.state === 'published')
    if (plan.state !== 'draft' || inUse?.unserved === undefined || plan.unserved === undefined) return null
    return plan.unserved > inUse.unserved ? plan.unserved - inUse.unserved : null
  }

  watch(() => desk.board.value?.job, (job) => { if (job) heard(job) })
  watch([() => face.area, () => desk.board.value?.plan?.id], () => void read())
  onUnmounted(() => clearInterval(timer))
  return { face, running, read, run, cancel, publish, sum, worseBy }
}
