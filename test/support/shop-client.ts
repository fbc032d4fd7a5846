import type { ApiClient } from '../../examples/instance.js';

/** A track or identify call, as a shop's backend batches them. */
export interface Call {
  readonly type: 'track' | 'identify';
  readonly userId: string;
  readonly event?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  /** ISO 8601; absent: now. */
  readonly timestamp?: string;
}

let count = 0;

/** Sends calls in one batch, as of `at`; throws unless all are taken. */
export async function sendBatch(instance: Pick<ApiClient, 'running'>, calls: readonly Call[], at = Date.now()): Promise<void> {
  const now = new Date(at).toISOString();
  const batch = calls.map((call) => ({ timestamp: now, ...call, messageId: `shop-${process.pid}-${++count}` }));
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

/**
 * A person who is known, consents to both channels and fills a cart. The country's hours are open whenever a test runs: the zone is chosen
 * for it.
 */
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

/**
 * A zone where it is about noon, so that texts may leave whatever the hour of the test. Each is of a country: of a zone that is nobody's
 * (`Etc/GMT+11`) the country of the number counts too, and there it may be night.
 */
export function openZone(at: Date = new Date()): string {
  const fromNoon = (zone: string): number => {
    const hour = Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(at));
    return Math.abs(hour - 12);
  };
  return zonesAround.toSorted((a, b) => fromNoon(a) - fromNoon(b))[0] ?? 'Europe/London';
}

/** One for each hour of the clock, with hours for texts from 08:00 on. */
const zonesAround = [
  'Pacific/Auckland',
  'Pacific/Noumea',
  'Australia/Brisbane',
  'Asia/Tokyo',
  'Asia/Singapore',
  'Asia/Bangkok',
  'Asia/Dhaka',
  'Asia/Karachi',
  'Asia/Dubai',
  'Africa/Nairobi',
  'Africa/Johannesburg',
  'Africa/Lagos',
  'Atlantic/Reykjavik',
  'Atlantic/Cape_Verde',
  'America/Noronha',
  'America/Sao_Paulo',
  'America/La_Paz',
  'America/Lima',
  'America/Costa_Rica',
  'America/Hermosillo',
  'Pacific/Pitcairn',
  'Pacific/Gambier',
  'Pacific/Tahiti',
  'Pacific/Niue',
];

/** Tells a local server to misbehave; `{}` ends it. */
export async function chaos(url: string | null, how: Readonly<Record<string, number | boolean>>): Promise<void> {
  const response = await fetch(`${url}/chaos`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(how),
  });
  if (!response.ok) throw new Error(`The chaos was refused: ${await response.text()}`);
}
