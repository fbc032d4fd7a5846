import { callIdFor } from '../domain/calls/call.js';
import type { CallAsked } from '../journey/steps/webhook.js';
import { writeCall } from '../store/calls.js';
import type { StepEffectKind } from './kind.js';

/** Something to tell a receiver. It is only written here, and told later, so that no receiver keeps a turn waiting. */
export const call: StepEffectKind<CallAsked> = {
  toStore: ({ what, to, orderId, data, isAwaited }, { by, at }) => {
    const { entryId, step, visit, profileId, journeyId } = by;
    const id = callIdFor(entryId, step, visit);
    return writeCall({ id, kind: what, to, profileId, entryId, journeyId, step, visit, orderId, data, isAwaited, createdAt: at });
  },
  toMemory: ({ what, to, data, isAwaited }, { by: { entryId, step, visit, profileId }, at }, { kept }) => {
    const id = callIdFor(entryId, step, visit);
    const isThere = kept.where('profile', profileId).some(({ table, values }) => table === 'calls' && values['id'] === id);
    const values = { id, kind: what, to, entryId, step, visit, data, isAwaited, createdAt: at, isSettled: false };
    if (!isThere) kept.push({ table: 'calls', profileId, values });
  },
};
