import { z } from 'zod';
import type { OrderLookup } from '../app/ports.js';

/** How long the shop may take; afterwards the answer is `failed`, and the turn decides what that means. */
const answerWithinMs = 2_000;

const answerSchema = z.object({ orders: z.array(z.object({ orderedAt: z.iso.datetime({ offset: true }) })) });

/**
 * Asks the shop itself, just before a reminder: `GET <url>?userId=…&email=…&cartToken=…&since=<ISO instant>` answered by
 * `{"orders": [{"orderedAt": "<ISO instant>"}]}`, newest or oldest first. Only what is known of the person is sent along.
 */
export function createOrderLookup(settings: { readonly url: string; readonly token: string | null }): OrderLookup {
  return {
    async findOrder({ userId, email, cartToken, since }) {
      const url = new URL(settings.url);
      const asked = { userId, email, cartToken, since: new Date(since).toISOString() };
      for (const [name, value] of Object.entries(asked)) if (value !== null) url.searchParams.set(name, value);
      try {
        const response = await fetch(url, {
          headers: { accept: 'application/json', ...(settings.token === null ? {} : { authorization: `Bearer ${settings.token}` }) },
          redirect: 'error',
          signal: AbortSignal.timeout(answerWithinMs),
        });
        if (!response.ok) return { kind: 'failed', code: `http-${response.status}` };
        const parsed = answerSchema.safeParse(await response.json());
        if (!parsed.success) return { kind: 'failed', code: 'malformed-answer' };
        const [newest] = parsed.data.orders.map((order) => Date.parse(order.orderedAt)).sort((a, b) => b - a);
        return newest === undefined ? { kind: 'none' } : { kind: 'found', orderedAt: newest };
      } catch (cause) {
        return { kind: 'failed', code: cause instanceof Error && cause.name === 'TimeoutError' ? 'timeout' : 'unreachable' };
      }
    },
  };
}
