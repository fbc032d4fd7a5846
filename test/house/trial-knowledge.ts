import { sql } from 'kysely';
import type { KnowledgeSource } from '../../src/knowledge/source.js';
import type { Asking } from '../../src/turn/effects.js';
import type { PointsGiven } from './trial-step.js';

/** Points in memory, by profile: what a writer of the product keeps in its tables. */
const inMemory = new Map<string, number>();

export function givePointsInMemory({ points }: PointsGiven, { by }: { readonly by: Asking }): void {
  inMemory.set(by.profileId, (inMemory.get(by.profileId) ?? 0) + points);
}

export function forgetPoints(): void {
  inMemory.clear();
}

/** A source on trial: the points of a person. */
export const pointsKnown: KnowledgeSource<unknown, null, number> = {
  question: () => null,
  fromStore: (_question, { profileId }) => sql`(select coalesce(sum(points), 0) from trial_points where profile_id = ${profileId})`,
  read: (json) => Number(json ?? 0),
  fromMemory: (_question, { profileId }) => inMemory.get(profileId) ?? 0,
};
