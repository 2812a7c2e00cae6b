/** An element's size as refs, for as long as it lives. */
import { onMounted, onUnmounted, ref, type Ref, type ShallowRef } from 'vue'

export function useBox(element: Readonly<ShallowRef<HTMLElement | null>>): { width: Ref<number>; height: Ref<number> } {
  const width = ref(900)
  const height = ref(360)
  const watcher = new ResizeObserver((entries) => {
    const box = entries[0]?.contentRect
    if (!box) return
    width.value = box.width
    height.value = box.height
  })
  onMounted(() => { if (element.value) watcher.observe(element.value) })
  onUnmounted(() => watcher.disconnect())
  return { width, height }
}
