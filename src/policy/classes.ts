import { z } from 'zod';
import type { ClassPolicy, ClassRules } from '../domain/policy/class-policy.js';
import { definePolicy, error, type Finding } from './policy-source.js';

const rules = z.strictObject({
  needs_consent: z.boolean(),
  obeys_caps: z.boolean(),
  counts_toward_caps: z.boolean(),
  obeys_quiet_hours: z.boolean(),
  held_out: z.boolean().meta({ description: 'true: a person in a holdout goes without it.' }),
  may_promote: z.boolean().meta({ description: 'Coupons, recommendations and the like.' }),
  default_priority: z.number().int().min(0).max(100),
});

const classesSource = z
  .strictObject({
    policy: z.literal('classes'),
    holdout: z
      .strictObject({
        percent: z.number().min(0).max(50).meta({ description: 'Of the people, whom nobody writes to in classes that are held out.' }),
        season: z
          .string()
          .regex(/^[a-z0-9-]{1,40}$/, 'must be a name of lower-case letters, digits and hyphens, such as 2026-q4')
          .meta({ description: 'Another season holds out other people. Not more often than each quarter: the numbers start again.' }),
      })
      .optional(),
    classes: z.strictObject({ transactional: rules, service: rules, marketing: rules, broadcast: rules }),
  })
  .meta({ id: 'Classes', title: 'Sojourn classes of messages: what each must obey' });
type ClassesSource = z.output<typeof classesSource>;

export const classes = definePolicy({ kind: 'classes', schema: classesSource, compile, lint });

function compile({ classes: source, holdout }: ClassesSource): Omit<ClassPolicy, 'version'> {
  return {
    ...(holdout === undefined ? {} : { holdout: { share: holdout.percent / 100, season: holdout.season } }),
    classes: {
      transactional: toRules(source.transactional),
      service: toRules(source.service),
      marketing: toRules(source.marketing),
      broadcast: toRules(source.broadcast),
    },
  };
}

function toRules(source: z.output<typeof rules>): ClassRules {
  return {
    needsConsent: source.needs_consent,
    obeysCaps: source.obeys_caps,
    countsTowardCaps: source.counts_toward_caps,
    obeysQuietHours: source.obeys_quiet_hours,
    isHeldOut: source.held_out,
    mayPromote: source.may_promote,
    defaultPriority: source.default_priority,
  };
}

const advertising = ['marketing', 'broadcast'] as const;
const duties = {
  needs_consent: 'needs consent: the law of most countries wants it',
  obeys_caps: 'obeys caps: nothing else would limit it',
  counts_toward_caps: 'counts toward caps: it could not be limited otherwise',
  obeys_quiet_hours: 'obeys quiet hours: the law of many countries wants it',
} as const;

function lint({ classes: source }: ClassesSource): readonly Finding[] {
  const promoting = (['transactional', 'service'] as const)
    .filter((name) => source[name].may_promote)
    .map((name) =>
      error(
        ['classes', name, 'may_promote'],
        `A ${name} message may not promote: what advertises is marketing, whatever it is called.`,
        'Write may_promote: false, and give templates that promote the class marketing.',
      ),
    );
  const asking = source.transactional.needs_consent
    ? [
        error(
          ['classes', 'transactional', 'needs_consent'],
          'A transactional message needs no consent: the prompt that asks for a confirmation is one, and nobody could confirm any more.',
          'Write needs_consent: false, and give what needs consent the class service.',
        ),
      ]
    : [];
  const lax = advertising.flatMap((name) =>
    (Object.keys(duties) as (keyof typeof duties)[])
      .filter((duty) => !source[name][duty])
      .map((duty): Finding => error(['classes', name, duty], `A ${name} message ${duties[duty]}.`, `Write ${duty}: true.`)),
  );
  return [...promoting, ...asking, ...lax];
}
