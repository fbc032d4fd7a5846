import { z } from 'zod';
import { isBirthday, nextCalendarEdge, readBirthday } from '../../domain/people/birthday.js';
import { readTimeZone } from '../../domain/time/time-zone.js';
import type { ConditionFacts } from './condition.js';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly birthday: BirthdayCondition;
  }
}

interface BirthdayCondition {
  readonly kind: 'birthday';
  readonly when: (typeof times)[number];
  /** For the list of what reads a field. */
  readonly readsFields: readonly ['birthday'];
}

const times = ['today', 'this_month'] as const;

/** By the trait `birthday`, and by the calendar of the zone that the person's traits name, else of UTC. */
export const birthday: ConditionKind<BirthdayCondition, BirthdayCondition['when']> = {
  ...plain,
  yaml: () => z.enum(times).meta({ description: 'By the trait birthday, such as 1990-05-17 or 05-17.', examples: ['this_month'] }),
  compile: (when) => ({ kind: 'birthday', when, readsFields: ['birthday'] }),
  notMet: () => 'no-birthday',
  about: 'person',
  changedBy: () => ['profile.updated'],
  evaluate({ when }, facts) {
    const born = readBirthday(facts.profile.traits['birthday']);
    return born === null ? 'unknown' : truth(isBirthday(born, when, facts.at, zoneOf(facts)));
  },
  changesAt: ({ when }, facts) =>
    readBirthday(facts.profile.traits['birthday']) === null ? null : nextCalendarEdge(when, facts.at, zoneOf(facts)),
  describe: ({ when }, holds) => `the person's birthday is ${holds ? '' : 'not '}${when === 'today' ? 'today' : 'this month'}`,
};

function zoneOf({ profile }: ConditionFacts): string {
  return readTimeZone(profile.traits['timezone']) ?? 'UTC';
}
