import { sql } from 'kysely';
import type { Exposed } from '../journey/steps/experiment.js';
import type { StepEffectKind } from './kind.js';

/** Somebody came to an arm. Told down once: the first row stands. Outcomes are worked out later (`is_due`). */
export const exposed: StepEffectKind<Exposed> = {
  toStore: ({ experiment, seed, version, unit, arm, windowMs, segment = null }, { by, at }) =>
    sql`insert into exposures (experiment, seed, unit, profile_id, arm, version, entry_id, step, at, window_ms, segment)
      values (${experiment}, ${seed}, ${unit}, ${by.profileId}, ${arm}, ${version}, ${by.entryId}, ${by.step}, ${at}::bigint, ${windowMs}::bigint, ${segment})
      on conflict (experiment, seed, unit) do nothing returning 1`,
  toMemory: ({ experiment, seed, unit, arm, segment = null }, { by, at }, tables) =>
    tables.keepOnce(
      { table: 'exposures', profileId: by.profileId, values: { experiment, seed, unit, arm, at, segment } },
      'experiment',
      'seed',
      'unit',
    ),
};
