import type { Fact, FactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { MemoryLook } from '../source.js';

/** The newest first. */
export function instantsInMemory(
  since: ReadonlyMap<FactName, Instant | null>,
  { tables, profileId, sharers }: MemoryLook,
): readonly Fact[] {
  const shared = sharers.flatMap((id) => tables.facts.where('profile', id)).filter(({ name }) => name.startsWith('order.'));
  return [...tables.facts.where('profile', profileId), ...shared]
    .filter(({ name, at }) => {
      const from = since.get(name);
      return from !== undefined && at >= (from ?? 0);
    })
    .toSorted((a, b) => b.at - a.at);
}
