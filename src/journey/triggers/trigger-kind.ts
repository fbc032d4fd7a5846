import type { Fact } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Trigger } from '../definition.js';

export type TriggerOf<K extends Trigger['kind']> = Extract<Trigger, { readonly kind: K }>;

/** What a kind of trigger knows about itself. Filters, version and re-entry count later: when the entry is due. */
export interface TriggerKind<T extends Trigger> {
  /** Does the fact start the journey, put off a start, or neither? */
  role(trigger: T, fact: Pick<Fact, 'name'>): 'start' | 'reset' | null;
  /** When an entry that this fact arms is due. */
  dueAt(trigger: T, fact: Pick<Fact, 'at'>): Instant;
  /** Does the trigger's own condition on the fact hold? */
  holds(trigger: T, fact: Fact): boolean;
}
