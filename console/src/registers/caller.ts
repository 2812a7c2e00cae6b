/** Who called when the desk acts on an elder's behalf, as the form holds it and as the service keeps it; pure. */

export interface Caller { name: string; relation: string; consent: string }
export interface CallerDraft extends Caller { on: boolean }
/** The part of a body that says who called; nothing when nobody did. */
export interface Called { on_behalf?: Caller }

/** Whoever sits at the telephone is asked; somebody at a station may be facing the elder. */
export const blankCaller = (role: string): CallerDraft => ({ on: role === 'dispatcher', name: '', relation: '', consent: '' })

export const calledBy = (draft: CallerDraft): Called =>
  draft.on ? { on_behalf: { name: draft.name.trim(), relation: draft.relation.trim(), consent: draft.consent.trim() } } : {}

export const callerWhole = (draft: CallerDraft): boolean => !draft.on || [draft.name, draft.relation, draft.consent].every((one) => one.trim() !== '')
