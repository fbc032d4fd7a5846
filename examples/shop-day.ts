import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One call that the shop's event client makes, at its instant (milliseconds UTC: the shop's clock is London's, which is UTC in December).
 */
export interface ShopCall {
  readonly at: number;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly call:
    | { readonly kind: 'identify'; readonly traits: Readonly<Record<string, unknown>> }
    | { readonly kind: 'track'; readonly event: string; readonly properties: Readonly<Record<string, unknown>> };
}

interface Line {
  readonly invoice: string;
  readonly product: string;
  readonly name: string;
  readonly quantity: number;
  readonly at: number;
  readonly price: number;
  readonly customer: string | null;
  readonly country: string;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const files = ['retail-2010-12-01.csv', 'retail-2010-12-02.csv'];

/**
 * The shop's two days as calls of its event client, in order of time; `README.md` beside the files has the rules. `folder` holds the CSV
 * files.
 */
export function shopDays(folder: string): { readonly calls: readonly ShopCall[]; readonly skippedLines: number } {
  const lines = files.flatMap((file) => readLines(readFileSync(join(folder, file), 'utf8')));
  const invoices = byInvoice(lines);
  const carts: ShopCall[] = [];
  let skippedLines = 0;
  for (const [invoice, all] of invoices) {
    if (invoice.startsWith('C')) {
      carts.push(...cancellation(invoice, all));
      continue;
    }
    const sold = all.filter((line) => line.quantity > 0 && line.price > 0);
    skippedLines += all.length - sold.length;
    carts.push(...cartOf(invoice, sold));
  }
  const calls = [...introductions(lines, carts), ...carts];
  return { calls: ordersApart(calls.sort((a, b) => a.at - b.at)), skippedLines };
}

/** Seconds of the shop's clock are fractions of a millisecond when it is sped up, and the way of two requests differs by more. */
const apartMs = 30 * second;

/**
 * Calls in order, with half a minute between a person's order and what they do before and after it: of a basket filled in the very second
 * of an order it must be plain which came first.
 */
function ordersApart(calls: readonly ShopCall[]): readonly ShopCall[] {
  const before = new Map<string, { readonly at: number; readonly isOrder: boolean }>();
  const apart = calls.map((call) => {
    const who = call.userId ?? call.anonymousId ?? '';
    const isOrder = call.call.kind === 'track' && call.call.event === 'Order Completed';
    const last = before.get(who);
    const earliest = last === undefined ? call.at : last.at + (isOrder || last.isOrder ? apartMs : 0);
    const at = Math.max(call.at, earliest);
    before.set(who, { at, isOrder });
    return { ...call, at };
  });
  return apart.sort((a, b) => a.at - b.at);
}

function byInvoice(lines: readonly Line[]): ReadonlyMap<string, readonly Line[]> {
  const invoices = new Map<string, Line[]>();
  for (const line of lines) invoices.set(line.invoice, [...(invoices.get(line.invoice) ?? []), line]);
  return invoices;
}

function cartOf(invoice: string, lines: readonly Line[]): readonly ShopCall[] {
  const [first] = lines;
  if (!first) return [];
  const who = personOf(invoice, first.customer);
  const added = lines.map(
    (line, index): ShopCall => ({
      ...who,
      at: first.at + index * second,
      call: {
        kind: 'track',
        event: 'Product Added',
        properties: {
          cart_id: `cart-${invoice}`,
          product_id: line.product,
          name: line.name,
          quantity: line.quantity,
          price: line.price,
          currency: 'GBP',
        },
      },
    }),
  );
  const lastAt = first.at + (lines.length - 1) * second;
  const orderedAt = orderInstant(invoice, lastAt);
  if (orderedAt === null) return added;
  const total = lines.reduce((sum, line) => sum + line.quantity * line.price, 0);
  const order: ShopCall = {
    ...who,
    at: orderedAt,
    call: {
      kind: 'track',
      event: 'Order Completed',
      properties: { order_id: `order-${invoice}`, cart_id: `cart-${invoice}`, total: Math.round(total * 100) / 100, currency: 'GBP' },
    },
  };
  return [...added, order];
}

function orderInstant(invoice: string, lastAt: number): number | null {
  if (/[06]$/.test(invoice)) return null;
  return lastAt + (invoice.endsWith('3') ? 30 * hour : 3 * minute);
}

function cancellation(invoice: string, lines: readonly Line[]): readonly ShopCall[] {
  const [first] = lines;
  if (!first) return [];
  return [
    {
      ...personOf(invoice, first.customer),
      at: first.at,
      call: { kind: 'track', event: 'Order Cancelled', properties: { order_id: `order-${invoice}`, currency: 'GBP' } },
    },
  ];
}

/** Customers say who they are, and what they agree to, a minute before their first event of each day. */
function introductions(lines: readonly Line[], carts: readonly ShopCall[]): readonly ShopCall[] {
  const ranks = new Map<string, number>();
  const countries = new Map<string, string>();
  for (const line of lines) {
    if (line.customer === null || ranks.has(line.customer)) continue;
    ranks.set(line.customer, ranks.size);
    countries.set(line.customer, line.country);
  }
  const firstOfDay = new Map<string, { readonly at: number; readonly customer: string }>();
  for (const { at, userId } of carts) {
    if (userId === null) continue;
    const key = `${userId} ${new Date(at).toISOString().slice(0, 10)}`;
    const known = firstOfDay.get(key);
    if (!known || at < known.at) firstOfDay.set(key, { at, customer: userId.slice('customer-'.length) });
  }
  return [...firstOfDay.values()].flatMap(({ at, customer }) =>
    introduce(customer, at - minute, ranks.get(customer) ?? 0, countries.get(customer) ?? ''),
  );
}

function introduce(customer: string, at: number, rank: number, country: string): readonly ShopCall[] {
  const who = personOf('', customer);
  const consent = (properties: Record<string, unknown>): ShopCall => ({
    ...who,
    at,
    call: {
      kind: 'track',
      event: 'Consent Granted',
      properties: { ...properties, method: 'checkout form', source: 'shop', text: 'Yes, write to me about my basket.' },
    },
  });
  return [
    {
      ...who,
      at,
      call: {
        kind: 'identify',
        traits: { email: `customer-${customer}@example.test`, phone: `+44${7_700_900_000 + rank}`, country, firstName: 'Robin' },
      },
    },
    // By name: a yes to all our news would bring the letters of the welcome too.
    consent({ channel: 'email', topic: 'cart_reminder' }),
    consent({ channel: 'email', topic: 'newsletter' }),
    ...(Number(customer) % 2 === 0 ? [consent({ channel: 'sms', topic: 'cart_reminder' })] : []),
  ];
}

function personOf(invoice: string, customer: string | null): { readonly userId: string | null; readonly anonymousId: string | null } {
  return customer === null ? { userId: null, anonymousId: `anon-${invoice}` } : { userId: `customer-${customer}`, anonymousId: null };
}

function readLines(text: string): readonly Line[] {
  const [, ...rows] = text.trim().split(/\r?\n/);
  return rows.map((row) => {
    const [invoice = '', product = '', name = '', quantity = '', date = '', price = '', customer = '', country = ''] = cells(row);
    return {
      invoice,
      product,
      name,
      quantity: Number(quantity),
      at: Date.parse(`${date.replace(' ', 'T')}Z`),
      price: Number(price),
      customer: customer === '' ? null : String(Math.trunc(Number(customer))),
      country,
    };
  });
}

/** RFC 4180: commas and doubled quotes inside quotes. */
function cells(row: string): readonly string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
}
