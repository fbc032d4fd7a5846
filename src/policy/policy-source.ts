import { z } from 'zod';
import type { PolicyByKind, PolicyKind } from '../domain/policy/policies.js';
import { limitMs, parseDuration } from '../domain/time/duration.js';
import { durationText, toLimitMs } from '../yaml/duration-source.js';

/** What a policy is checked against beyond its own file; what is null is not looked up. */
export interface PolicyContext {
  /** Topics of the shop's `policies/topics.yaml`. */
  readonly topics: readonly string[] | null;
  /** Languages that the shop speaks (`locales` of shop.yaml). */
  readonly languages: readonly string[] | null;
}

/** Something wrong with a policy although its form is right. `path` is where in the file. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** A kind of policy: the form of its file, and what the file means. `K` names it. */
export interface PolicySource<K extends PolicyKind, S extends z.ZodType = z.ZodType> {
  readonly kind: K;
  /** One definition gives the parser, the types and the editors' schema. */
  readonly schema: S;
  /** The policy as decisions read it, but for its version, which publishing gives. */
  compile(source: z.output<S>): Omit<PolicyByKind[K], 'version'>;
  lint(source: z.output<S>, context: PolicyContext): readonly Finding[];
}

export function definePolicy<K extends PolicyKind, S extends z.ZodType>(policy: PolicySource<K, S>): PolicySource<K, S> {
  return policy;
}

/** A name for sentences and reports: `email-7d`. */
export const idText = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be a name of lower-case letters, digits and hyphens, such as email-7d');

/** A length of real time in milliseconds, where a day is 24 hours, whatever a clock change does. */
export const limitText = durationText.transform(toLimitMs);

/** The same, and longer than nothing. */
export const windowText = durationText.refine(isLonger, 'must be longer than nothing').transform(toLimitMs);

/** What is no duration has been told already. */
function isLonger(text: string): boolean {
  const duration = parseDuration(text);
  return typeof duration === 'string' || limitMs(duration) > 0;
}

export function error(path: readonly PropertyKey[], message: string, suggestion: string | null): Finding {
  return { path, message, suggestion, severity: 'error' };
}

/** A complaint for each id that was used before. `of`: what it is the id of. */
export function repeatedIds(
  ids: readonly { readonly id: string; readonly path: readonly PropertyKey[] }[],
  of: string,
): readonly Finding[] {
  const known = new Set<string>();
  return ids.flatMap(({ id, path }) => {
    if (!known.has(id)) {
      known.add(id);
      return [];
    }
    return [error(path, `The ${of} id "${id}" is used twice.`, `Give each ${of} an id of its own: sentences and reports go by it.`)];
  });
}
