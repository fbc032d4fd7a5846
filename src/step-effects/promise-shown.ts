import { sql } from 'kysely';
import type { PromiseShown } from '../journey/steps/issue-incentive.js';
import type { StepEffectKind } from './kind.js';

/** A code that the person has already is shown in messages of this entry too. */
export const promiseShown: StepEffectKind<PromiseShown> = {
  toStore: ({ promise }, { by }) =>
    sql`update promises set shown_in = array_append(shown_in, ${by.entryId}::text) where seq = ${promise}::bigint
      and ${by.entryId}::text <> all(shown_in) returning 1`,
  toMemory: ({ promise }, { by }, { kept }) =>
    kept.push({ table: 'promises_shown', profileId: by.profileId, values: { promise, entryId: by.entryId } }),
};
