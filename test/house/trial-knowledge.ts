import { sql } from 'kysely';
import type { KnowledgeSource } from '../../src/knowledge/source.js';

/** A source on trial: the points of a person. */
export const pointsKnown: KnowledgeSource<unknown, null, number> = {
  template: { need: null, example: { total: 40 }, show: (total) => ({ total }) },
  question: () => null,
  fromStore: (_question, { profileId }) => sql`(select coalesce(sum(points), 0) from trial_points where profile_id = ${profileId})`,
  read: (json) => Number(json ?? 0),
  fromMemory: (_question, { tables, profileId }) =>
    tables.kept
      .where('profile', profileId)
      .reduce((sum, { table, values }) => sum + (table === 'trial_points' ? Number(values['points']) : 0), 0),
};
