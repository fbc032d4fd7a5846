import { type RawBuilder, sql } from 'kysely';
import type { StepEffectKind } from '../../src/step-effects/kind.js';

/** The ledger of points gets a row. */
export interface PointsGiven {
  readonly kind: 'points_given';
  readonly points: number;
}

/** What a kind of step on trial asks for, written with the turn: each visit of a step gives once. */
export const pointsGiven: StepEffectKind<PointsGiven> = {
  toStore: ({ points }, { by, at }) => sql`insert into trial_points (entry_id, step, visit, profile_id, points, at)
    values (${by.entryId}, ${by.step}, ${by.visit}, ${by.profileId}, ${points}, ${at}) on conflict do nothing returning 1`,
  toMemory({ points }, { by: { entryId, profileId, step, visit } }, tables) {
    const isDone = tables.kept
      .where('profile', profileId)
      .some(
        ({ table, values }) =>
          table === 'trial_points' && values['step'] === step && values['visit'] === visit && values['entryId'] === entryId,
      );
    if (!isDone) tables.kept.push({ table: 'trial_points', profileId, values: { entryId, step, visit, points } });
  },
};

/** What a value in `src/store/person-tables.ts` would say. */
export const trialPoints = {
  kind: 'person',
  merge: { kind: 'moves', row: 'entry_id' },
  erase: ({ ids }: { readonly ids: RawBuilder<unknown> }) => [sql`delete from trial_points where profile_id = ${ids}`],
  keeps: [],
  export: { kind: 'nothing', why: 'It is a trial.' },
} as const;
