import { z } from 'zod';
import type { FactName } from '../../src/domain/events/fact.js';
import { factText } from '../../src/journey/fields.js';
import { error } from '../../src/journey/finding.js';
import type { TriggerKind } from '../../src/journey/triggers/kind.js';

interface RatingTrigger {
  readonly kind: 'rating';
  readonly of: FactName;
  readonly atMost: number;
}

const yaml = z.strictObject({ of: factText, at_most: z.number().meta({ description: 'The worst rating that counts.' }) });

/** A kind on trial: begins on a low rating, an hour later. */
export const rating: TriggerKind<RatingTrigger, z.output<typeof yaml>> = {
  startsBy: 'fact',
  yaml: () => yaml,
  compile: ({ of, at_most }, { event }) => ({ kind: 'rating', of: event(of, 'of'), atMost: at_most }),
  facts: ({ of }) => [of],
  reads: () => [],
  leadMs: () => 0,
  lint: ({ atMost }, path) => (atMost >= 1 ? [] : [error([...path, 'at_most'], 'Nobody rates lower than 1.', 'Write 1 to 5.')]),
  sentence: ({ atMost }) => `Begins an hour after a rating of ${atMost} or less.`,
  role: ({ of }, { name }) => (name === of ? 'start' : null),
  dueAt: (_trigger, { at }) => at + 3_600_000,
  holds: ({ atMost }, { properties }) => Number(properties['rating']) <= atMost,
};

/** One that starts by what nothing arms yet: the compiler refuses it, and does not let it arm nothing. */
export const bySegment: TriggerKind<{ readonly kind: 'by_segment' }, Readonly<Record<string, never>>> = {
  // @ts-expect-error There is no such way to start (`Starts` in src/journey/triggers/kind.ts).
  startsBy: 'segment',
  yaml: () => z.strictObject({}),
  compile: () => ({ kind: 'by_segment' }),
  facts: () => [],
  reads: () => [],
  leadMs: () => 0,
  lint: () => [],
  sentence: () => 'Begins when somebody enters a segment.',
};
