import { createHash } from 'node:crypto';
import { hour, type Instant, minute, second } from '../time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../values/ids.js';

export type CallId = string & { readonly __id: 'call' };

/** `webhook`: what a step tells a program; `notice`: what it tells the team; `task`: that it opened a task. */
export const callKinds = ['webhook', 'notice', 'task'] as const;
export type CallKind = (typeof callKinds)[number];

/** Something that a journey tells the shop's own people or programs: kept with the turn, told later, as often as it takes. */
export interface Call {
  readonly id: CallId;
  readonly kind: CallKind;
  /** A receiver of `shop.yaml`. */
  readonly to: string;
  readonly profileId: ProfileId;
  readonly entryId: EntryId;
  readonly journeyId: JourneyId;
  readonly step: StepId;
  readonly visit: number;
  readonly orderId: string | null;
  /** Personal data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The entry waits for the answer. */
  readonly isAwaited: boolean;
  readonly createdAt: Instant;
  /** How often it was tried, this time included. */
  readonly attempts: number;
}

/** Where calls of a receiver go. */
export type Receiver = { readonly kind: 'email'; readonly address: string } | { readonly kind: 'webhook'; readonly url: string };

/** What a try came to. `code`: why not, without personal data. */
export type CallOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused' | 'failed'; readonly code: string };

/** The call of a step at a visit: the same on every repeat, so that its receiver can tell a repeat from a second call. */
export function callIdFor(entryId: EntryId, step: StepId, visit: number): CallId {
  const digest = createHash('sha256').update(`call|${entryId}|${step}|${visit}`).digest('hex');
  return `call_${digest.slice(0, 24)}` as CallId;
}

/** How a status of HTTP counts. What may pass is tried again; what the receiver refuses is not. */
export function outcomeOf(status: number, body: Readonly<Record<string, unknown>>): CallOutcome {
  if (status >= 200 && status < 300) return { kind: 'answered', status, body };
  const mayPass = status >= 500 || status === 408 || status === 425 || status === 429;
  return { kind: mayPass ? 'failed' : 'refused', code: `http-${status}` };
}

/** One try has this long, from the name look-up to the last byte, in real milliseconds. */
export const tryMs = 10 * second;
/** Longer answers are none. */
export const largestAnswer = 64 * 1024;

/** Real milliseconds between tries: the first ones soon, then rarely; about a day in all. */
const pausesMs = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 4 * hour, 8 * hour, 8 * hour];

/** How long to wait after so many tries; null: it is given up. */
export function pauseAfter(attempts: number): number | null {
  return pausesMs[attempts - 1] ?? null;
}
