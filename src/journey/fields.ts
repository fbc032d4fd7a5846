import { z } from 'zod';
import { factNames } from '../domain/events/fact.js';
import { factProperties } from '../domain/events/fact-properties.js';
import type { DailyHours } from '../domain/policy/quiet-hours-policy.js';
import { factMatches } from './definition.js';

/** Fields that steps, triggers and the journey itself share, as marketers write them. */

/** What editors complete. */
const factsThatHappen = factNames.filter((name) => factProperties[name] !== undefined);

export const idText = z
  .string()
  // `constructor` is what every object has in JavaScript; everything else goes.
  .regex(/^(?!constructor$)[a-z][a-z0-9-]{0,62}$/, 'must be a name of lower-case letters, digits and hyphens, such as cart-reminder-1');

export const factText = z
  .string()
  .min(1)
  .meta({ examples: factsThatHappen, description: 'A fact such as order.paid, or event:Your Event for a track call of your own.' });

export const matchText = z.enum(factMatches).meta({
  description:
    'any (the default): by this person, or about this cart or order by anybody. key: with the key of this entry, such as its order.',
});

export const localTimeText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "10:00", in quotes');

export const quietHours = z
  .strictObject({
    opens: localTimeText,
    closes: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day such as "18:00", in quotes'),
  })
  .refine(({ opens, closes }) => opens < closes, { path: ['closes'], error: 'must come after "opens", on the same day' })
  .meta({
    description: 'Local hours in which its messages may be sent. They narrow quiet hours (policies/quiet-hours.yaml) and never widen them.',
  });
export type QuietHoursSource = z.output<typeof quietHours>;

/** The hours that journey and step leave together. */
export function narrowedHours(
  ofJourney: QuietHoursSource | undefined,
  ofStep: QuietHoursSource | undefined,
): { readonly hours: DailyHours } | Record<never, never> {
  const narrowed = [ofJourney, ofStep].flatMap((hours) => (hours === undefined ? [] : [hours]));
  if (narrowed.length === 0) return {};
  const hours = {
    opens: Math.max(...narrowed.map(({ opens }) => minuteOfDay(opens))),
    closes: Math.min(...narrowed.map(({ closes }) => minuteOfDay(closes))),
  };
  return { hours };
}

function minuteOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** `order.paid` → `order-paid`. */
export function slug(fact: string): string {
  return fact.replaceAll(/[^a-zA-Z0-9]+/g, '-').toLowerCase();
}
