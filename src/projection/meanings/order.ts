import { orderFactsTold } from '../../domain/events/order-facts.js';
import { asClaimedOrder } from '../../domain/keys/claimed-content.js';
import { readOrderEvent } from '../../domain/orders/order-events.js';
import { orderIdOf } from '../../domain/orders/order-id.js';
import { day } from '../../domain/time/instant.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

/**
 * What an event tells of an order: its contents, a shipment, something that was sent back. `commerce` tells of its cart, and reads the same
 * event. A browser's word about when the shop changed it counts for nothing.
 */
export const order: MeaningKind<MeaningOf<'order'>> = {
  read({ event, speaker }, { shop }) {
    if (event.type !== 'track' || event.name === null) return none;
    const reading = readOrderEvent(event.name, event.properties, event.messageId);
    if (reading === null) return none;
    const { told, lost } = reading;
    const isShop = speaker.kind === 'server';
    const orderId = orderIdOf(event, reading.orderId, told.kind === 'order' && told.step === 'paid');
    const isAhead = reading.updatedAt !== null && reading.updatedAt > event.receivedAt + day;
    const notes = [...lost, ...(orderId === null ? ['order_id'] : []), ...(isAhead ? ['updated_at'] : [])];
    return meant(
      {
        kind: 'order',
        orderId,
        told: isShop ? told : asClaimedOrder(told, shop.hosts),
        updatedAt: isShop && !isAhead ? reading.updatedAt : null,
      },
      notes.slice(0, mostNotes).map((field) => `unreadable:${field}`),
    );
  },
  refuses: () => false,
  facts: ({ told }, happening) => orderFactsTold(happening, told),
};

/** Of a long list the first ones tell enough. */
const mostNotes = 20;
