import { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import { durationWords } from '../../domain/time/duration.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import { factText } from '../fields.js';
import { sayFact } from '../words.js';
import type { TriggerKind } from './kind.js';

declare module '../definition.js' {
  interface TriggerShapes {
    readonly inactivity: InactivityTrigger;
  }
}

interface InactivityTrigger {
  readonly kind: 'inactivity';
  readonly after: readonly FactName[];
  readonly resetOn: readonly FactName[];
  readonly forMs: number;
}

const yaml = z.strictObject({ after: z.array(factText).min(1), reset_on: z.array(factText).default([]), for: durationText });

/** Arms at the first activity and is due when nothing more has happened for a while; every further activity puts that off. */
export const inactivity: TriggerKind<InactivityTrigger, z.output<typeof yaml>> = {
  startsBy: 'fact',
  yaml: () => yaml,
  compile: (source, { event }) => ({
    kind: 'inactivity',
    after: source.after.map((name, index) => event(name, 'after', index)),
    resetOn: source.reset_on.map((name, index) => event(name, 'reset_on', index)),
    forMs: toLimitMs(source.for),
  }),
  facts: ({ after }) => after,
  reads: () => [],
  leadMs: ({ forMs }) => forMs,
  lint: () => [],
  sentence: ({ after, forMs }) => `Begins ${durationWords(forMs)} after ${after.map(sayFact).join(' or ')}, if nothing more happens.`,
  role: (trigger, fact) => (trigger.after.includes(fact.name) ? 'start' : trigger.resetOn.includes(fact.name) ? 'reset' : null),
  dueAt: (trigger, fact) => fact.at + trigger.forMs,
  holds: () => true,
};
