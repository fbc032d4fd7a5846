import type { Outgoing } from '../domain/messages/outgoing.js';
import type { RecommendedRecord } from '../domain/recommendations/record.js';

/** A message as it would leave. */
export interface ReadyContent {
  readonly kind: 'ready';
  readonly outgoing: Outgoing;
  readonly templateVersion: number;
  readonly contentHash: string;
  /** Addresses behind its numbered links; null: they do not tell. */
  readonly links: readonly string[] | null;
  readonly atMostOnce: boolean;
  /** What it recommends, and why; absent: nothing. */
  readonly recommended?: RecommendedRecord;
  /** The promise whose code it shows; absent: it shows none. */
  readonly promise?: number;
}

/** What a message says, ready for the provider, or why it says nothing. */
export type PlannedContent = ReadyContent | EmptyContent;

/** `mayCome`: what is missing may still come, so the message waits for it. */
export interface EmptyContent {
  readonly kind: 'empty';
  readonly problem: string;
  readonly mayCome?: true;
}

export function addressOf(outgoing: Outgoing): string {
  return typeof outgoing.to === 'string' ? outgoing.to : outgoing.to.address;
}

/** The content with the promise whose code it shows. */
export function showing(content: PlannedContent, { promise }: { readonly promise: number | null }): PlannedContent {
  return content.kind === 'ready' && promise !== null ? { ...content, promise } : content;
}
