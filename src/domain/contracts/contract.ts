import type { Instant } from '../time/instant.js';

/** What somebody reads of events: derived from a definition, never written by hand. */
export interface EventRead {
  /** The fact, such as `order.paid` or `event:Quiz Finished`. */
  readonly fact: string;
  readonly by: ReadBy;
  /** Properties of it, by the first part of their path. */
  readonly properties: readonly string[];
}

/** What a fact does there. `condition`: it is counted or asked about. */
export type ReadBy = 'trigger' | 'exit' | 'goal' | 'wait' | 'condition';

/** A way of a step that only this way leads to. */
export interface BranchWay {
  readonly step: string;
  readonly to: string;
}

/** A journey or a segment that reads events. */
export interface Reader {
  readonly kind: 'journey' | 'segment';
  readonly id: string;
  readonly reads: readonly EventRead[];
  /** When the version in force was published. */
  readonly since: Instant;
  /** Nobody enters it: its entries are not looked at. */
  readonly isPaused: boolean;
  readonly branches: readonly BranchWay[];
}

/** Facts that Sojourn tells itself: nothing of the shop's can be wrong with them. */
export function isOfShop(fact: string): boolean {
  return !/^(?:message|segment|profile|quiz|answer)\./.test(fact) && fact !== 'product.restocked' && fact !== 'product.price_dropped';
}
