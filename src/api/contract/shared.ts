import { z } from 'zod';
import { subjectKinds } from '../../domain/events/subject.js';
import { limitMs, parseDuration } from '../../domain/time/duration.js';
import { highestVersion } from '../../domain/values/highest-version.js';

/** An instant: milliseconds inside, ISO 8601 text in UTC outside. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.number(), {
  decode: (text) => Date.parse(text),
  encode: (at) => new Date(at).toISOString(),
});
export const maybeInstant = instant.nullable();

/** What facts and entries are about, beside a person. */
export const subject = z.object({ kind: z.enum(subjectKinds), id: z.string() }).meta({ id: 'Subject' });

/** A page of a list, the same everywhere: ask again with `cursor` = `nextCursor` until that is null. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Items per page.' }),
  cursor: z.string().max(400).optional().meta({ description: '`nextCursor` of the previous page.' }),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).readonly(), nextCursor: z.string().nullable() });
}

/** Text that the store takes as it is. */
export const plainText = (longest: number, shortest = 1) =>
  z
    .string()
    .min(shortest)
    .max(longest)
    .refine((text) => !text.includes('\0') && !/\p{Cs}/u.test(text), 'It contains NUL or half a character: remove that.');

export const idParams = z.object({ id: plainText(200) });

/** The number of a version, as people count them, or the one in force. */
export const versionNumber = z.union(
  [z.coerce.number().int().positive().max(highestVersion), z.literal('live')],
  'A version is a number, or live.',
);

/** Whom something is for: one of our ids, or one of the shop's own. */
export const recipient = z
  .union(
    [
      z.strictObject({ profileId: plainText(100) }),
      z.strictObject({ userId: plainText(255).meta({ description: 'The shop’s own id, as in its events.' }) }),
    ],
    'Name one of profileId or userId.',
  )
  .meta({ id: 'Recipient' });

/** An instant, or how long from now. */
export const instantOrDuration = z
  .string()
  .max(60)
  .refine((text) => resolvable(text), 'It is an instant such as 2026-12-01T09:00:00Z, or a duration such as PT4H.');

function resolvable(text: string): boolean {
  return z.iso.datetime({ offset: true }).safeParse(text).success || typeof parseDuration(text) === 'object';
}

/** What the gate answers to one who asks. */
export const verdictAnswer = z
  .object({
    decision: z.enum(['send', 'defer', 'skip', 'exit', 'withhold']),
    reason: z.string().nullable(),
    sentence: z.string(),
    until: maybeInstant.meta({ description: 'When it may be sent; null: now, never, or (`paused`) after the resume.' }),
  })
  .meta({ id: 'VerdictAnswer' });
export type VerdictAnswer = z.input<typeof verdictAnswer>;

/** A version to be published. */
export const yamlSource = z.object({ source: plainText(1_000_000), note: plainText(500).optional() });

/** What is wrong with a YAML source, or might be: lines and columns count from 1. */
export const sourceProblem = z.object({
  line: z.number(),
  column: z.number(),
  path: z.string(),
  message: z.string(),
  suggestion: z.string().nullable(),
  severity: z.enum(['error', 'warning']),
});

/** The same where several files are looked at together. */
export const fileProblem = z.object({ file: z.string(), ...sourceProblem.shape });

/** How long a key goes on beside the one that takes its place. */
export const overlap = z
  .string()
  .max(60)
  .refine((text) => typeof parseDuration(text) === 'object' && overlapMs(text) <= longestOverlapMs, {
    error: 'It is a duration of 30 days at most, such as PT24H, or PT0S.',
  })
  .default('PT24H')
  .meta({ description: 'How long the old key still works; PT0S: not at all.' });

const longestOverlapMs = 30 * 86_400_000;

/** What `overlap` says. */
export function overlapMs(text: string): number {
  const read = parseDuration(text);
  return typeof read === 'object' ? limitMs(read) : 0;
}

/** A page as it comes. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Of a request that may carry a key, so that it can be repeated. */
export const repeatableHeaders = z.object({ 'idempotency-key': z.string().min(1).max(255).optional() });
