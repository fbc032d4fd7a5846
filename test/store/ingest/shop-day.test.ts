import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ShopCall, shopDays } from '../../../examples/shop-day.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { reportJourney } from '../../../src/app/journeys/journey-report.js';
import { publishJourney } from '../../../src/app/journeys/publish-journey.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { day, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { cartWithoutOffer } from '../../support/shipped-cart.js';
import { shopEvent } from '../../support/shop-events.js';
import { openMemoryStore } from '../../support/stores.js';
import { type TurnDeps, turnDeps } from '../../support/turns.js';

/** What `examples/count-expected.mjs` counts from the files, without any code of the product. */
const expected = JSON.parse(execFileSync(process.execPath, ['examples/count-expected.mjs'], { encoding: 'utf8' })) as Record<
  string,
  number
> & {
  readonly notEntered: Readonly<Record<string, number>>;
};

describe('two real days of a shop', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  const store = () => opened.store;

  test('come to what can be counted from the baskets alone', { timeout: 300_000 }, async () => {
    const { calls, skippedLines } = shopDays('examples/baskets');
    const deps = turnDeps(store());
    await publishJourney(deps, { source: cartWithoutOffer() });
    // As a client sends them: up to fifteen at a time, each at its own instant, and no turn falls due in between.
    for (let start = 0; start < calls.length; ) {
      const first = calls[start]?.at ?? 0;
      await runDue(deps, first);
      const batch = calls.slice(start, start + 15).filter(({ at }) => at < first + minute);
      deps.clock.set((batch.at(-1)?.at ?? first) + batch.length);
      await ingestEvents(
        deps,
        // As the client stamps them: what came first also happened first.
        batch.map((call, index) => incoming({ ...call, at: call.at + index })),
        [],
      );
      start += batch.length;
    }
    await runDue(deps, (calls.at(-1)?.at ?? 0) + 10 * day);

    const report = await reportJourney(deps, 'abandoned-cart', { since: null, until: null });
    const sent = (step: string) => report?.steps.find((one) => one.step === step)?.sent;
    const ended = (outcome: string) =>
      (report?.ended ?? []).filter((one) => one.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
    expect({
      events: calls.length,
      skippedLines,
      // Two carts that turn out to be one are one series; whether each had armed before that is a matter of batches.
      met: (report?.met ?? 0) - ended('superseded'),
      notEntered: Object.fromEntries((report?.notEntered ?? []).map(({ reason, count }) => [reason, count])),
      entered: report?.entered,
      email1: sent('cart-reminder-1'),
      email2: sent('cart-reminder-2'),
      text: sent('cart-link'),
      email3: sent('cart-reminder-3'),
      converted: ended('converted'),
      completed: ended('completed'),
    }).toEqual(expected);
  });

  /** Takes every turn that falls due before `until`, each at its instant. */
  async function runDue(deps: TurnDeps, until: number): Promise<void> {
    for (;;) {
      const next = await store()
        .db.selectFrom('entries')
        .select(['id', 'due_at'])
        .where((where) => where.or([where('due_at', '<', until), where('poke_real', '<=', 0)]))
        .where('state', '<>', 'finished')
        .orderBy('due_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      // An order pokes the entries that it ends: their next turn is now, whatever they were waiting for.
      const poked = await store()
        .db.selectFrom('entries as e')
        .innerJoin('entry_inputs as i', 'i.entry_id', 'e.id')
        .select('e.id')
        .where('i.consumed_at', 'is', null)
        .where('e.state', '=', 'open')
        .limit(1)
        .executeTakeFirst();
      const id = poked?.id ?? next?.id;
      if (id === undefined) return;
      if (!poked && next?.due_at) deps.clock.set(Math.max(deps.clock.now(), next.due_at));
      await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
    }
  }
});

function incoming({ at, userId, anonymousId, call }: ShopCall): IncomingEvent {
  const who = { userId, ...(anonymousId === null ? {} : { anonymousId }), occurredAt: at, receivedAt: at };
  return call.kind === 'identify'
    ? shopEvent({ ...who, type: 'identify', traits: call.traits })
    : shopEvent({ ...who, type: 'track', name: call.event, properties: call.properties });
}
