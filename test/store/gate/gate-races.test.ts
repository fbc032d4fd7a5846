import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { day, minute } from '../../../src/domain/time/instant.js';
import type { EntryId, JourneyId, ProfileId } from '../../../src/domain/values/ids.js';
import { newEntryState } from '../../../src/journey/engine.js';
import { writeOpened } from '../../../src/store/entries.js';
import { writeTogether } from '../../../src/store/write-together.js';
import { opset } from '../../../workflows/contract.js';
import { shippedPolicies } from '../../support/policies.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { type OpenedStore, openServerStore } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

/** `GATE_TRIALS` of each kind. */
const trials = Number(process.env['GATE_TRIALS'] ?? 10);
const requests = 200;

describe('200 messages for one person at once, of which a cap lets 2 through in 7 days', () => {
  let opened: OpenedStore;
  let deps: TurnDeps;
  beforeAll(async () => {
    opened = await openServerStore();
    const shipped = shippedPolicies();
    const [pattern] = shipped.caps.rules;
    if (pattern === undefined) throw new Error('The shipped policy has no rule.');
    const policies = {
      ...shipped,
      caps: {
        version: 1,
        ceilings: [],
        rules: [{ ...pattern, id: 'email-7d', limit: 2, window: { type: 'rolling' as const, ms: 7 * day }, headroom: [], scales: false }],
      },
    };
    deps = turnDeps(opened.store, { policies: { current: () => policies } });
    for (let priority = 0; priority <= 100; priority += 1)
      await publish(
        opened.store,
        cartJourney({
          id: `p${priority}` as JourneyId,
          priority,
          exits: [],
          maxDurationMs: 30 * day,
          start: 'only' as never,
          steps: { only: send('only', null, { deadlineMs: day }) } as never,
        }),
      );
  });
  afterAll(() => opened.dispose());

  test(`leave exactly twice, in each of ${trials} trials`, { timeout: 600_000 }, async () => {
    const sent: number[] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      const { ids } = await someone(`hasty-${trial}`);
      await Promise.all(ids.map((id) => turn(id, 'inline')));
      await untilAllHaveEnded(ids);
      sent.push((await sentPriorities(ids)).length);
    }
    expect(sent).toEqual(Array.from({ length: trials }, () => 2));
  });

  test(`are the two of highest priority when all were promised before the first is decided, in each of ${trials} trials`, {
    timeout: 600_000,
  }, async () => {
    const sent: (readonly number[])[] = [];
    for (let trial = 0; trial < trials; trial += 1) {
      const { ids } = await someone(`patient-${trial}`);
      // Over the queue: the first turn asks for a place, the second takes it.
      const rated: TurnDeps = { ...deps, ratedChannels: new Set(['email']) };
      for (let missing = ids; missing.length > 0; missing = await notAsked(ids))
        await Promise.all(missing.map((id) => takeTurn(rated, { v: 1, entryId: id, opset }, 'inline')));
      await Promise.all(ids.map((id) => turn(id, 'queue')));
      await untilAllHaveEnded(ids);
      sent.push(await sentPriorities(ids));
    }
    expect(sent).toEqual(Array.from({ length: trials }, () => [99, 100]));
  });

  const turn = (entryId: string, lane: 'inline' | 'queue') => takeTurn(deps, { v: 1, entryId, opset }, lane);

  /** Entries whose turn gave up waiting for a connection before it could ask: the ledger does not know of their messages yet. */
  async function notAsked(ids: readonly EntryId[]): Promise<readonly EntryId[]> {
    const rows = await opened.store.db
      .selectFrom('messages')
      .select('entry_id')
      .where('entry_id', 'in', [...ids])
      .execute();
    const asked = new Set(rows.map(({ entry_id }) => entry_id));
    return ids.filter((id) => !asked.has(id));
  }

  /** Where the machine was too busy to begin a call in time, the message asks the gate once more a second later. */
  async function untilAllHaveEnded(ids: readonly string[]): Promise<void> {
    for (let round = 0; round < 20; round += 1) {
      const rows = await opened.store.db
        .selectFrom('entries')
        .select('id')
        .where('id', 'in', [...ids])
        .where('state', '<>', 'finished')
        .execute();
      if (rows.length === 0) return;
      deps.clock.pass(2_000);
      for (const { id } of rows) await turn(id, 'queue');
    }
    throw new Error('Some of the messages neither left nor were given up.');
  }

  /** A person who consents, with 200 messages due now: one of priority 100, one of 99, the rest below, in any order. */
  async function someone(userId: string): Promise<{ readonly ids: readonly EntryId[] }> {
    const who = { userId, occurredAt: noon - minute };
    await take(
      deps,
      identify({ email: `${userId}@example.test` }, who),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, who),
    );
    const { profile_id } = await opened.store.db
      .selectFrom('identities')
      .select('profile_id')
      .where('value', '=', userId)
      .executeTakeFirstOrThrow();
    const rows = Array.from({ length: requests }, (_, index) => {
      // 37 and 200 have no common factor: every place once, far from its neighbours.
      const place = (index * 37) % requests;
      return {
        id: deps.newId() as EntryId,
        journeyId: `p${place === 0 ? 100 : place === 1 ? 99 : place % 90}` as JourneyId,
        version: 1,
        profileId: profile_id as ProfileId,
        entryKey: `${userId}-${index}`,
        dueAt: noon,
        createdAt: noon,
        state: newEntryState({ at: noon, trigger: {} }),
      };
    });
    await opened.store.transaction(async (trx) => void (await writeTogether(trx, { entries: writeOpened(rows, 0) })));
    return { ids: rows.map(({ id }) => id) };
  }

  async function sentPriorities(ids: readonly string[]): Promise<readonly number[]> {
    const rows = await opened.store.db
      .selectFrom('messages')
      .select('priority')
      .where('state', '=', 'accepted')
      .where('entry_id', 'in', [...ids])
      .orderBy('priority')
      .execute();
    return rows.map(({ priority }) => priority);
  }
});
