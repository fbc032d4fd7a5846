import { z } from 'zod';
import { segmentText } from '../../yaml/segment-text.js';
import { oneOf } from '../one-of.js';
import type { TriggerKind } from './kind.js';

declare module '../definition.js' {
  interface TriggerShapes {
    readonly segment: SegmentTrigger;
  }
}

const ways = ['entered', 'left'] as const;

interface SegmentTrigger {
  readonly kind: 'segment';
  readonly way: (typeof ways)[number];
  readonly id: string;
}

const yaml = z
  .strictObject({
    entered: segmentText.optional().meta({ description: 'Somebody comes into this segment.', examples: ['lapsed_buyers'] }),
    left: segmentText.optional().meta({ description: 'Somebody leaves this segment.' }),
  })
  .superRefine(oneOf(ways, 'one of entered and left', 'Write one journey for each.'));

/** Starts when somebody comes into a segment or leaves it, by what they did or at the instant at which a window of time ends. */
export const segment: TriggerKind<SegmentTrigger, z.output<typeof yaml>> = {
  startsBy: 'fact',
  yaml: () => yaml,
  compile(source, { note }) {
    const way = source.entered === undefined ? 'left' : 'entered';
    const id = source[way] ?? '';
    note({ kind: 'segment', name: id }, way);
    return { kind: 'segment', way, id };
  },
  facts: ({ way }) => [`segment.${way}`],
  reads: () => [],
  leadMs: () => 0,
  lint: () => [],
  sentence: ({ way, id }) => `Begins when somebody ${way === 'entered' ? 'comes into' : 'leaves'} the segment ${id}.`,
  // Facts about other segments are none of its business: they neither start nor put off anything.
  role: ({ way, id }, fact) => (fact.name === `segment.${way}` && fact.properties['segment'] === id ? 'start' : null),
  dueAt: (_trigger, fact) => fact.at,
  holds: () => true,
};
