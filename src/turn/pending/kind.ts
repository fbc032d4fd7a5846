import type { Advanced } from '../../journey/engine.js';
import type { Pending } from '../../journey/entry.js';
import type { TurnResult } from '../request.js';
import type { Turn } from '../turn.js';

export type PendingOf<K extends Pending['kind']> = Extract<Pending, { readonly kind: K }>;

/** What comes of a pending thing in this turn: the journey goes on from it, or rests at it. */
export type Settled = { readonly kind: 'goes-on'; readonly advanced: Advanced } | { readonly kind: 'rests'; readonly result: TurnResult };

/** How a turn settles a kind of pending thing. */
export type Settler<K extends Pending['kind']> = (turn: Turn, pending: PendingOf<K>) => Settled;

export function rests(result: TurnResult): Settled {
  return { kind: 'rests', result };
}
