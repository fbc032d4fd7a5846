import { sql } from 'kysely';
import { callIdFor } from '../domain/calls/call.js';
import type { CallAsked } from '../journey/steps/webhook.js';
import { jsonText } from '../store/json.js';
import type { StepEffectKind } from './kind.js';

/** Something to tell a receiver. It is only written here, and told later, so that no receiver keeps a turn waiting. */
export const call: StepEffectKind<CallAsked> = {
  toStore: ({ what, to, orderId, data, isAwaited }, { by, at }) => {
    const { entryId, step, visit, profileId, journeyId } = by;
    const id = callIdFor(entryId, step, visit);
    return sql`insert into calls (id, kind, receiver, profile_id, entry_id, journey_id, step, visit, order_id, data, is_awaited, created_at, next_real)
      values (${id}, ${what}, ${to}, ${profileId}, ${entryId}, ${journeyId}, ${step}, ${visit}::int, ${orderId}, ${jsonText(data)}::jsonb,
        ${isAwaited}, ${at}::bigint, real_now_ms())
      on conflict (id) do nothing returning 1`;
  },
  toMemory: ({ what, to, data, isAwaited }, { by: { entryId, step, visit, profileId }, at }, tables) => {
    const id = callIdFor(entryId, step, visit);
    const values = { id, kind: what, to, entryId, step, visit, data, isAwaited, createdAt: at, isSettled: false };
    tables.keepOnce({ table: 'calls', profileId, values }, 'id');
  },
};
