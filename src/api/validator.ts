import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { didYouMean } from '../domain/values/nearest.js';

/** What a request brings is not what its route takes. `errors`: where, as a JSON pointer, and what, as sentences. */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  constructor(part: string | undefined, issues: readonly z.core.$ZodIssue[]) {
    const errors = issues.map(({ path, message }) => ({ pointer: `/${path.join('/')}`, detail: sentence(message) }));
    super(
      part === 'headers'
        ? errors.map(({ detail }) => detail).join(' ')
        : `The ${partWords[part ?? 'body'] ?? part} is not valid: ${errors.map(({ pointer, detail }) => (pointer === '/' ? detail : `${pointer.slice(1)}: ${detail}`)).join(' ')}`,
    );
    this.errors = errors;
  }
}

const partWords: Readonly<Record<string, string>> = { body: 'body', querystring: 'query', params: 'path' };

/**
 * Judges what a request brings by the route's schema. Fastify hands in a missing body as null; to the schemas it is absent, so that their
 * defaults count.
 */
export const validator: FastifySchemaCompiler<z.core.$ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const read = z.core.safeParse(schema, httpPart === 'body' ? (data ?? undefined) : data, { error: sayIssue });
    return read.success ? { value: read.data } : { error: new InvalidRequest(httpPart, read.error.issues) };
  };

/** The words for what a schema dislikes, where ours help more than the library's. A schema's own words come before these. */
function sayIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') {
    const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
    return issue.keys
      .slice(0, keysTold)
      .map((key) => unknownKey(key, known))
      .join(' ');
  }
  return issue.code === 'invalid_type' && issue.input === undefined ? 'It is missing.' : undefined;
}

const keysTold = 5;

function unknownKey(key: string, known: readonly string[]): string {
  // What a clumsy client writes as a key may be somebody's address, or the number of an order.
  const shown = /^[a-z][a-z_-]{0,39}$/i.test(key) ? `"${key}"` : 'A key';
  return `${shown} is not known here. ${didYouMean(key, known) ?? `Known here: ${known.join(', ')}.`}`;
}

/** With a full stop, where it has no end of its own. */
export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
