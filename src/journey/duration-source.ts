import { z } from 'zod';
import { limitMs, parseDuration } from '../domain/duration.js';

/** A duration as it is written. Kept as text: what a day means depends on where it stands. */
export const durationText = z
  .string()
  .superRefine((text, context) => {
    const problem = parseDuration(text);
    if (typeof problem === 'string') context.addIssue({ code: 'custom', message: explanations[problem] });
  })
  .meta({ description: 'ISO 8601: PT1H30M is elapsed time, P1D is the same wall-clock time a day later.', examples: ['PT1H', 'P1D'] });

const explanations: Readonly<Record<Extract<ReturnType<typeof parseDuration>, string>, string>> = {
  'not-a-duration': 'is no duration; write PT30M, PT24H, P1D or P2W (ISO 8601, time parts after a T)',
  mixed: 'mixes days with hours; write either elapsed time (PT36H) or whole days (P1D)',
  months: 'has months or years, which have no fixed length; write days or weeks (P30D, P4W)',
};

/** For limits and windows, where a day is 24 hours; milliseconds. */
export function toLimitMs(text: string): number {
  const duration = parseDuration(text);
  if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
  return limitMs(duration);
}
