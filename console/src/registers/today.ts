/** The town's date as the first value of a field; empty until the board has come, because the browser's date may be wrong. */
import { ref, watch, type Ref } from 'vue'
import { useDesk } from '../desk/desk'
import { localDate } from '../state/time'

export function useToday(): Ref<string> {
  const desk = useDesk()
  const day = ref(desk.board.value ? localDate(desk.store.planAt.value) : '')
  if (!desk.board.value) {
    const stop = watch(desk.board, (board) => {
      if (!board) return
      stop()
      day.value ||= localDate(desk.store.planAt.value)
    })
  }
  return day
}
