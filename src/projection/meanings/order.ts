import { orderFactsTold } from '../../domain/events/order-facts.js';
import { asClaimedOrder } from '../../domain/keys/claimed-content.js';
import { readOrderEvent } from '../../domain/orders/order-events.js';
import { orderIdOf } from '../../domain/orders/order-id.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';
import { shopVersion } from './shop-version.js';

/**
 * What an event tells of an order: its contents, a shipment, something that was sent back. `commerce` tells of its cart, and reads the same
 * event.
 */
export const order: MeaningKind<MeaningOf<'order'>> = {
  read(incoming, { shop }) {
    const { event, speaker } = incoming;
    if (event.type !== 'track' || event.name === null) return none;
    const reading = readOrderEvent(event.name, event.properties, event.messageId);
    if (reading === null) return none;
    const { told, lost } = reading;
    const version = shopVersion(reading.updatedAt, incoming);
    const orderId = orderIdOf(event, reading.orderId, told.kind === 'order' && told.step === 'paid');
    const notes = [...lost, ...(orderId === null ? ['order_id'] : []), ...version.lost];
    return meant(
      {
        kind: 'order',
        orderId,
        told: speaker.kind === 'server' ? told : asClaimedOrder(told, shop.hosts),
        updatedAt: version.updatedAt,
      },
      notes.slice(0, mostNotes).map((field) => `unreadable:${field}`),
    );
  },
  refuses: () => false,
  facts: ({ told }, happening) => orderFactsTold(happening, told),
};

/** Of a long list the first ones tell enough. */
const mostNotes = 20;
