import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import type { Persona } from './persona.js';

/** What a simulation plays: a person and what happens around them, at instants of the virtual clock. */
export interface Script {
  readonly name: string;
  readonly startAt: Instant;
  readonly persona: Persona;
  /** Other people, by the names that `who` gives them. */
  readonly people?: Readonly<Record<string, Persona>>;
  readonly happenings: readonly ScriptedHappening[];
  /** How providers answer, by step; a step that is not named is accepted. */
  readonly answers: Readonly<Record<string, ScriptedAnswer>>;
}

interface ScriptedHappening {
  readonly at: Instant;
  readonly what: HappeningKind;
}

export type HappeningKind =
  /** What a client of the shop sends. `who` null: the persona; another name: somebody else. `happenedAt`: earlier than it arrives. */
  | {
      readonly kind: 'event';
      readonly type: 'track' | 'identify' | 'page';
      readonly name: string | null;
      readonly properties: Readonly<Record<string, unknown>>;
      readonly who: string | null;
      readonly happenedAt: Instant;
      readonly messageId: string | null;
    }
  /** What a provider tells later of the latest message of a step. */
  | { readonly kind: 'receipt'; readonly step: string; readonly status: ReceiptStatus }
  | { readonly kind: 'pause' | 'resume'; readonly scope: PauseScope }
  | { readonly kind: 'suppress'; readonly channel: Channel; readonly reason: string }
  /** What the shop's order look-up answers from now on. */
  | { readonly kind: 'order-lookup'; readonly answer: 'found' | 'none' | 'failed' }
  /** Somebody takes the person out of the journey. */
  | { readonly kind: 'exit'; readonly reason: string };

export const receiptStatuses = ['delivered', 'bounced', 'failed', 'opened', 'clicked', 'complained', 'unsubscribed'] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

export const pauseScopes = ['all', 'email', 'sms', 'journey'] as const;
export type PauseScope = (typeof pauseScopes)[number];

/** `busy`: refuses for now, `times` times. `rejected`: for good. `silent`: the answer to the first call does not come. */
export type ScriptedAnswer = { readonly kind: 'rejected' | 'silent' } | { readonly kind: 'busy'; readonly times: number };
