import { isRecord } from '../domain/values/is-record.js';
import { commerceOf } from './meanings/index.js';
import type { Understood } from './read-event.js';

/** The address and the number that somebody gave at the checkout or with an order, as they were written; empty: none. */
export function checkoutAddress(reading: Pick<Understood, 'event' | 'meanings'>): Readonly<Partial<Record<'email' | 'phone', unknown>>> {
  const commerce = commerceOf(reading);
  const isCheckout = commerce?.kind === 'checkout' || (commerce?.kind === 'order' && commerce.status === 'paid');
  if (!isCheckout) return {};
  const { properties } = reading.event;
  const customer = isRecord(properties['customer']) ? properties['customer'] : {};
  const said = {
    email: properties['email'] ?? properties['customer_email'] ?? customer['email'],
    phone: properties['phone'] ?? properties['customer_phone'] ?? customer['phone'],
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => isWritten(value)));
}

function isWritten(value: unknown): boolean {
  return (typeof value === 'string' && value.trim() !== '' && value.length <= longestAddress) || typeof value === 'number';
}

/** As the longest email address. */
const longestAddress = 320;
