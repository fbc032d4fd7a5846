import type { CommerceEvent, CommerceLine } from '../carts/commerce-events.js';
import type { OrderTold } from '../orders/order-told.js';
import { claimedName } from '../people/plain-name.js';
import { leadsToShop, type ShopHosts } from '../shop/shop-address.js';

/**
 * The product data of a browser that a mail may show: everyone can use a browser's key, so names are reduced to plain words, and only
 * pictures and links of the shop are kept. Data of a server key is not changed.
 */
export function asClaimed(event: CommerceEvent, hosts: ShopHosts): CommerceEvent {
  switch (event.kind) {
    case 'product-viewed':
      return event;
    case 'cart':
    case 'checkout':
      return event.change.kind === 'none'
        ? event
        : { ...event, change: { ...event.change, lines: event.change.lines.map((line) => claimedLine(line, hosts)) } };
    case 'order':
      return { ...event, lines: event.lines.map((line) => claimedLine(line, hosts)) };
  }
}

/** The same of an order. What goods cost the shop, no browser knows. */
export function asClaimedOrder(told: OrderTold, hosts: ShopHosts): OrderTold {
  switch (told.kind) {
    case 'order':
      return { ...told, lines: told.lines?.map(({ cost: _cost, ...line }) => ({ ...line, ...claimedLine(line, hosts) })) ?? null };
    case 'shipment':
      return { ...told, shipment: { ...told.shipment, trackingUrl: ofShop(told.shipment.trackingUrl, hosts) } };
    case 'cancelled':
    case 'refund':
    case 'return':
      return told;
  }
}

function claimedLine<Line extends Pick<CommerceLine, 'name' | 'imageUrl' | 'url'>>(line: Line, hosts: ShopHosts): Line {
  const name = line.name === null ? '' : claimedName(line.name);
  return { ...line, name: name === '' ? null : name, imageUrl: ofShop(line.imageUrl, hosts), url: ofShop(line.url, hosts) };
}

/** A path alone leads to the shop's site. */
function ofShop(address: string | null, hosts: ShopHosts): string | null {
  const base = `https://${hosts[0] ?? 'invalid'}`;
  if (address === null || !URL.canParse(address, base)) return null;
  return leadsToShop(hosts, new URL(address, base).href) ? address : null;
}
