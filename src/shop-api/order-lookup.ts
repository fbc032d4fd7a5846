import { z } from 'zod';
import type { OrderLookup } from '../app/ports.js';
import { readAtMost } from './read-at-most.js';

/** How long the shop may take; afterwards the answer is `failed`, and the turn decides what that means. */
const answerWithinMs = 2_000;
/** Some thousand orders: nobody has more since a cart was left. */
const largestAnswer = 256 * 1024;

const answerSchema = z.object({ orders: z.array(z.object({ orderedAt: z.iso.datetime({ offset: true }) })) });

export interface OrderLookupSettings {
  readonly url: string;
  readonly token: string | null;
  /** `GET` puts the person's ids into the address, which proxies and servers like to log. */
  readonly method: 'POST' | 'GET';
}

/**
 * Asks the shop itself, just before a reminder: `POST <url>` with `{"userId", "email", "cartToken", "since"}`, answered by
 * `{"orders": [{"orderedAt": "<ISO instant>"}]}`, newest or oldest first. Only what is known of the person is sent along.
 */
export function createOrderLookup(settings: OrderLookupSettings): OrderLookup {
  return {
    async findOrder({ userId, email, cartToken, since }) {
      const known = Object.entries({ userId, email, cartToken, since: new Date(since).toISOString() }).filter(isKnown);
      try {
        const response = await fetch(addressOf(settings, known), requestOf(settings, known));
        if (!response.ok) {
          await response.body?.cancel();
          return { kind: 'failed', code: `http-${response.status}` };
        }
        const text = await readAtMost(response, largestAnswer);
        if (text === null) return { kind: 'failed', code: 'answer-too-large' };
        return newestOf(text);
      } catch (cause) {
        return { kind: 'failed', code: cause instanceof Error && cause.name === 'TimeoutError' ? 'timeout' : 'unreachable' };
      }
    },
  };
}

type Known = readonly (readonly [name: string, value: string])[];

function isKnown(entry: [string, string | null]): entry is [string, string] {
  return entry[1] !== null;
}

function addressOf({ url, method }: OrderLookupSettings, known: Known): URL {
  const address = new URL(url);
  if (method === 'GET') for (const [name, value] of known) address.searchParams.set(name, value);
  return address;
}

function requestOf({ method, token }: OrderLookupSettings, known: Known): RequestInit {
  const headers = { accept: 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  const signal = AbortSignal.timeout(answerWithinMs);
  if (method === 'GET') return { headers, redirect: 'error', signal };
  const body = JSON.stringify(Object.fromEntries(known));
  return { method, headers: { ...headers, 'content-type': 'application/json' }, body, redirect: 'error', signal };
}

function newestOf(text: string): Awaited<ReturnType<OrderLookup['findOrder']>> {
  const parsed = answerSchema.safeParse(asJson(text));
  if (!parsed.success) return { kind: 'failed', code: 'malformed-answer' };
  const newest = Math.max(...parsed.data.orders.map((order) => Date.parse(order.orderedAt)));
  return newest === Number.NEGATIVE_INFINITY ? { kind: 'none' } : { kind: 'found', orderedAt: newest };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
