import type { z } from 'zod';

/** How to mend a condition that says two things at once. */
export const bothConditions = 'For both, put two conditions under "all".';

/** Refuses an object in which none of `keys`, or more than one, is written. `mend` says what to do with two. */
export function oneOf(keys: readonly string[], what: string, mend: string) {
  return (value: object, context: z.RefinementCtx): void => {
    const written = keys.filter((key) => (value as Readonly<Record<string, unknown>>)[key] !== undefined);
    if (written.length === 1) return;
    if (written.length === 0)
      context.addIssue({
        code: 'custom',
        message: `needs ${what}`,
        params: { kind: 'choice', suggestion: `Choices: ${keys.join(', ')}.` },
      });
    else
      context.addIssue({ code: 'custom', message: `has ${written.join(' and ')}, but takes only ${what}`, params: { suggestion: mend } });
  };
}
