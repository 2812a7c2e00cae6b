/** A path with its question; empty answers are left out. */

export function pathOf(path: string, query: Readonly<Record<string, string | number | null | undefined>>): string {
  const kept = Object.entries(query).flatMap(([key, value]) => (value === null || value === undefined || value === '' ? [] : [[key, String(value)]]))
  return kept.length ? `${path}?${new URLSearchParams(kept).toString()}` : path
}
