import type { ChildInstance } from '../../examples/instance.js';

/** A track or identify call, as a shop's backend batches them. */
export interface Call {
  readonly type: 'track' | 'identify';
  readonly userId: string;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
}

let count = 0;

/** Sends calls in one batch, as now; throws unless all are taken. Tries again while the instance is not there. */
export async function sendBatch(instance: Pick<ChildInstance, 'running'>, calls: readonly Call[]): Promise<void> {
  const now = new Date().toISOString();
  const batch = calls.map((call) => ({ ...call, messageId: `shop-${process.pid}-${++count}`, timestamp: now }));
  const response = await fetch(`${instance.running.apiUrl}/v1/batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${instance.running.writeKey}:`).toString('base64')}`,
    },
    body: JSON.stringify({ batch, sentAt: now }),
  });
  if (response.status !== 200) throw new Error(`The batch was answered ${response.status}: ${await response.text()}`);
}

/** A person who is known, consents to both channels and fills a cart. The country's hours are open whenever a test runs: the zone is chosen for it. */
export function fillsCart(index: number | string, zone = openZone()): readonly Call[] {
  const userId = `person-${index}`;
  return [
    {
      type: 'identify',
      userId,
      traits: { email: `${userId}@example.test`, phone: `+447700900${String(Number(index) % 1000).padStart(3, '0')}`, timezone: zone },
    },
    { type: 'track', userId, event: 'Consent Granted', properties: { channel: 'email', method: 'form', source: 'test', text: 'yes' } },
    {
      type: 'track',
      userId,
      event: 'Consent Granted',
      properties: { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test', text: 'yes' },
    },
    addsToCart(index),
  ];
}

export function addsToCart(index: number | string): Call {
  return {
    type: 'track',
    userId: `person-${index}`,
    event: 'Product Added',
    properties: { cart_id: `cart-${index}`, product_id: `p-${index}`, name: 'Mug', quantity: 2, price: 15, currency: 'GBP' },
  };
}

export function orders(index: number | string): Call {
  return {
    type: 'track',
    userId: `person-${index}`,
    event: 'Order Completed',
    properties: { cart_id: `cart-${index}`, order_id: `order-${index}`, total: 30, currency: 'GBP' },
  };
}

/** A zone in which it is about noon now, so that texts may leave. */
export function openZone(at: Date = new Date()): string {
  const offset = 12 - at.getUTCHours();
  // POSIX signs: Etc/GMT-3 is three hours ahead.
  return offset === 0 ? 'Etc/GMT' : offset > 0 ? `Etc/GMT-${offset}` : `Etc/GMT+${-offset}`;
}

/** Tells a local server to misbehave; `{}` ends it. */
export async function chaos(url: string | null, how: Readonly<Record<string, number>>): Promise<void> {
  const response = await fetch(`${url}/chaos`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(how),
  });
  if (!response.ok) throw new Error(`The chaos was refused: ${await response.text()}`);
}
