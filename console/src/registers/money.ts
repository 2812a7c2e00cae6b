/** Fen as yuan: ¥1,234.50; whole yuan keep their two places so that columns stand. */
export const yuan = (fen: number): string => `¥${(fen / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`

/** "1234.5" typed as yuan, in whole fen; null when it is no amount. */
export function fenOf(text: string): number | null {
  return /^\d{1,9}(\.\d{1,2})?$/.test(text.trim()) ? Math.round(Number(text.trim()) * 100) : null
}
