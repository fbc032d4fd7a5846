import type { Instant } from '../../domain/time/instant.js';
import type { EntryId, ProfileId, StepId } from '../../domain/values/ids.js';
import type { Tables } from './tables.js';

interface OpenCall {
  readonly id: string;
  readonly entryId: EntryId;
  readonly step: StepId;
  readonly visit: number;
  readonly isAwaited: boolean;
  readonly isSettled: boolean;
}

/** The receiver answers the person's latest call of this step, as `CallDesk` writes it in the store; null: it refuses. */
export function answerCall(
  tables: Tables,
  {
    person,
    step,
    properties,
  }: { readonly person: ProfileId; readonly step: string; readonly properties: Readonly<Record<string, unknown>> | null },
  at: Instant,
): void {
  const call = tables.keptOf<OpenCall>('calls', person).findLast((one) => one.step === step && !one.isSettled);
  if (call === undefined) return;
  tables.changeKept('calls', person, (values) => (values['id'] === call.id ? { ...values, isSettled: true } : values));
  const { entryId, visit, isAwaited } = call;
  if (!isAwaited || tables.entry(entryId).state === 'finished') return;
  const outcome = properties === null ? 'failed' : 'answered';
  tables.giveInput(entryId, { kind: 'answer', step: call.step, visit, outcome, at, properties: { status: 200, ...properties } });
  if (tables.entry(entryId).activity === 'waiting') tables.changeEntry(entryId, { isPoked: true });
}
