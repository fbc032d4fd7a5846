import { type RawBuilder, sql } from 'kysely';
import type { Hold } from '../domain/holds/hold.js';
import type { ProfileId } from '../domain/values/ids.js';
import { type HoldAsked, holdOf } from '../journey/steps/hold-marketing.js';
import type { StepEffectKind } from './kind.js';

/** Marketing to the person waits. */
export const hold: StepEffectKind<HoldAsked> = {
  toStore: (asked, of) => {
    const { tickets: _tickets, ...made } = holdOf(asked, of);
    return writeHold({ ...made, profileId: of.by.profileId, madeBy: `entry:${of.by.entryId}` });
  },
  toMemory: (asked, of, tables) => {
    const { tickets: _tickets, ...values } = holdOf(asked, of);
    tables.keepOnce({ table: 'holds', profileId: of.by.profileId, values: { ...values, releasedAt: null } }, 'id');
  },
};

/** A hold as it is made: of whom, and by whom (`entry:<id>`, or `key:<id>` of the API key). */
interface NewHold extends Omit<Hold, 'tickets'> {
  readonly profileId: ProfileId;
  readonly madeBy: string;
}

/** A part of a larger statement; a repeat changes nothing. */
export function writeHold({ id, profileId, endsWith, taskId, reason, since, until, madeBy }: NewHold): RawBuilder<unknown> {
  return sql`insert into holds (id, profile_id, ends_with, task_id, reason, since, until, made_by)
    values (${id}, ${profileId}, ${endsWith}, ${taskId}, ${reason}, ${since}::bigint, ${until}::bigint, ${madeBy})
    on conflict (id) do nothing returning 1`;
}
