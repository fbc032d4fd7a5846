import type { CommerceEvent } from '../carts/commerce-events.js';
import type { ShopEvent } from '../events/event.js';
import type { Signal } from './state.js';

/** Track calls that say that a person answered a question of ours or of the shop's; in any case of letters. */
const answers: ReadonlySet<string> = new Set([
  'quiz.answered',
  'quiz answered',
  'quiz completed',
  'preferences answered',
  'survey answered',
]);

/**
 * The signal of engagement in an event of the shop; null: none. `isIdentified`: visits of an unknown person do not count. An order that is
 * cancelled or refunded later stays a sign of interest, and takes nothing back.
 */
export function shopSignal(
  event: Pick<ShopEvent, 'type' | 'name' | 'messageId'>,
  commerce: CommerceEvent | null,
  isIdentified: boolean,
): Signal | null {
  if (commerce?.kind === 'order')
    return commerce.status === 'paid' ? { kind: 'purchase', key: `order/${commerce.orderId ?? event.messageId}` } : null;
  if (event.type === 'track' && answers.has((event.name ?? '').toLowerCase())) return { kind: 'quiz_answer' };
  const isVisit = commerce !== null || event.type === 'page' || event.type === 'screen';
  return isVisit && isIdentified ? { kind: 'site_visit' } : null;
}
