import type { Reader } from '../../../src/domain/contracts/contract.js';
import { type CountRow, EventCounts } from '../../../src/domain/contracts/event-counts.js';
import { drawNormal, type Random, seeded } from '../../../src/statistics/random.js';

/** A shop's events, hour by hour, as Poisson's law makes them: by hour of the day, weekends, a holiday, a sale. */
export interface Played {
  readonly weeks: number;
  readonly seed: number;
  /** Changes what an hour has; `hour` counts from the start. */
  readonly change?: (event: PlayedEvent, hour: number) => PlayedEvent;
  /** How busy the shop is: 1 is a middling shop. */
  readonly scale?: number;
}

export interface PlayedEvent {
  readonly name: string;
  /** At noon of an ordinary weekday. */
  readonly rate: number;
  readonly told?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly currency?: string;
  /** The part of them that begins the journey. */
  readonly enters?: Readonly<Record<string, number>>;
}

const events: readonly PlayedEvent[] = [
  { name: 'page.viewed', rate: 200 },
  { name: 'product.viewed', rate: 120, properties: { product_id: 'string' } },
  {
    name: 'cart.updated',
    rate: 30,
    told: 'Product Added',
    properties: { cart_value: 'number' },
    currency: 'EUR',
    enters: { 'abandoned-cart': 0.7 },
  },
  { name: 'checkout.started', rate: 9, told: 'Checkout Started', currency: 'EUR' },
  {
    name: 'order.paid',
    rate: 5,
    told: 'Order Completed',
    properties: { total: 'number', currency: 'string' },
    currency: 'EUR',
    enters: { 'post-purchase': 1 },
  },
  { name: 'consent.granted', rate: 2, told: 'Consent Granted', enters: { welcome: 0.9 } },
  { name: 'event:Quiz Finished', rate: 3, told: 'Quiz Finished', properties: { result: 'string' }, enters: { 'quiz-letter': 1 } },
  { name: 'shipment.delivered', rate: 3, told: 'Shipment Delivered' },
  { name: 'order.refunded', rate: 0.2, told: 'Order Refunded' },
];

export const firstHour = 24 * 7 * 2_900;

export function play({ weeks, seed, change = (event) => event, scale = 1 }: Played): EventCounts {
  const random = seeded(seed);
  const rows: CountRow[] = [];
  for (let hour = 0; hour < weeks * 168; hour += 1) {
    for (const plain of events) {
      const event = change(plain, hour);
      const count = poisson(random, event.rate * scale * levelAt(hour));
      if (count === 0) continue;
      const at = firstHour + hour;
      const row = (name: string, property: string, type: string, n = count) => rows.push({ hour: at, name, property, type, count: n });
      row(event.name, '', '');
      if (event.told !== undefined) row(event.name, '', `told:${event.told}`);
      if (event.currency !== undefined) row(event.name, '', `currency:${event.currency}`);
      for (const [property, type] of Object.entries(event.properties ?? {})) row(event.name, property, type);
      for (const [journey, share] of Object.entries(event.enters ?? {})) {
        const entered = poisson(random, count * share);
        if (entered > 0) row(`entry:${journey}`, '', '', entered);
      }
    }
  }
  return new EventCounts(rows, { first: firstHour, now: firstHour + weeks * 168 });
}

/** The day of the holiday, the four days of the sale, and the weekend after it, counted from the start. */
const holidays: ReadonlySet<number> = new Set([5 * 7 + 2, 17 * 7, 17 * 7 + 1]);
const sale: ReadonlySet<number> = new Set([11 * 7 + 3, 11 * 7 + 4, 11 * 7 + 5, 11 * 7 + 6]);

function levelAt(hour: number): number {
  const ofDay = hour % 24;
  const day = Math.floor(hour / 24);
  const daily = 0.08 + Math.max(0, Math.sin(((ofDay - 6) / 18) * Math.PI));
  const weekend = day % 7 >= 5 ? 0.6 : 1;
  const special = holidays.has(day) ? 0.35 : sale.has(day) ? 4 : 1;
  // Nothing is so quiet as a holiday's morning: people sleep longer.
  const late = holidays.has(day) && ofDay < 11 ? 0.5 : 1;
  return daily * weekend * special * late;
}

export const readers: readonly Reader[] = [
  reader('abandoned-cart', 'cart.updated', ['cart_value'], 'order.paid'),
  reader('post-purchase', 'order.paid', ['total'], 'order.refunded'),
  reader('welcome', 'consent.granted', []),
  reader('quiz-letter', 'event:Quiz Finished', ['result']),
  {
    kind: 'segment',
    id: 'buyers',
    reads: [{ fact: 'order.paid', by: 'condition', properties: [] }],
    since: 0,
    isPaused: false,
    branches: [],
  },
];

function reader(id: string, trigger: string, properties: readonly string[], exit?: string): Reader {
  const exits = exit === undefined ? [] : [{ fact: exit, by: 'exit' as const, properties: [] }];
  return { kind: 'journey', id, reads: [{ fact: trigger, by: 'trigger', properties }, ...exits], since: 0, isPaused: false, branches: [] };
}

function poisson(random: Random, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * drawNormal(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  for (; product > limit; count += 1) product *= random();
  return count;
}
