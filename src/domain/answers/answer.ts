import type { Instant } from '../time/instant.js';

/** What the person said to a question: text, a number, yes or no, several choices; sealed where the field is special. */
export type AnswerValue = unknown;

/** An answer as it is kept. History is kept: the newest of a name counts. */
export interface Answer {
  /** The field. */
  readonly name: string;
  /** Null: the person took the answer back. */
  readonly value: AnswerValue;
  /** Where it was given: `quiz`, `message`, `preferences`, `support`, `event`. */
  readonly source: string;
  /** The quiz or form, and its version, where there was one. */
  readonly quiz: string | null;
  readonly version: number | null;
  /** The purpose, in the words that the person saw. */
  readonly purpose: string | null;
  readonly answeredAt: Instant;
  /** From then on it counts as unknown. */
  readonly expiresAt: Instant;
  /** To a special field: what the person agreed to, with its words. */
  readonly consent: AnswerConsent | null;
}

/** Proof that the person agreed that a special value is kept. */
export interface AnswerConsent {
  readonly text: string;
  readonly method: string;
}

/** What is known of a field at an instant, of the newest answer to it. */
export interface KnownAnswer {
  readonly value: AnswerValue;
  readonly answeredAt: Instant;
  readonly expiresAt: Instant;
}

/** The value that counts now; undefined: there is none, it was taken back, or it is too old. */
export function currentValue(answer: KnownAnswer | undefined, at: Instant): unknown {
  if (answer === undefined || answer.value === null || at >= answer.expiresAt) return undefined;
  return answer.value;
}

/** The newest answer to each field, by its name. */
export function newestByName<A extends Pick<Answer, 'name' | 'answeredAt' | 'value'>>(answers: readonly A[]): ReadonlyMap<string, A> {
  const newest = new Map<string, A>();
  for (const one of answers) {
    const known = newest.get(one.name);
    if (known === undefined || isNewer(one, known)) newest.set(one.name, one);
  }
  return newest;
}

/** At one instant the greater value (as JSON) stands, so that the order of arrival does not matter. */
function isNewer(one: Pick<Answer, 'answeredAt' | 'value'>, other: Pick<Answer, 'answeredAt' | 'value'>): boolean {
  if (one.answeredAt !== other.answeredAt) return one.answeredAt > other.answeredAt;
  return JSON.stringify(one.value ?? null) > JSON.stringify(other.value ?? null);
}
