/** Reads a page again when an event says that something around it changed; many events cost one reading. */
import { onUnmounted } from 'vue'
import { useDesk } from '../desk/desk'

const PAUSE_MS = 1_500

/** `rooms` are the first words of topics (`bed` of `bed.moved`). */
export function useLive(rooms: readonly string[], read: () => void): void {
  const desk = useDesk()
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = desk.store.listen((event) => {
    if (!rooms.includes(event.topic.slice(0, event.topic.indexOf('.')))) return
    timer ??= setTimeout(() => { timer = undefined; read() }, PAUSE_MS)
  })
  onUnmounted(() => { stop(); clearTimeout(timer) })
}
