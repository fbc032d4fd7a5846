import { sql } from 'kysely';
import { takeTurn } from '../../src/app/turn/take-turn.js';
import type { Clock } from '../../src/domain/time/clock.js';
import { relayLoops } from '../../src/instance/loops.js';
import type { Made } from '../../src/instance/made.js';
import { part, startParts } from '../../src/instance/part.js';
import { parts } from '../../src/instance/parts/list.js';
import type { Temporal } from '../../src/instance/temporal-part.js';
import { createLog } from '../../src/log.js';
import { readConfig } from '../../src/settings/config.js';
import type { Db } from '../../src/store/db.js';
import { opset } from '../../workflows/contract.js';
import { ApiClient } from '../instance.js';

/** A whole Sojourn whose clock moves only when it is told to. */
export interface SteppedInstance {
  readonly api: ApiClient;
  readonly db: Db;
  /** The instant of its clock. */
  now(): number;
  /** Moves the clock on to an instant, and does on the way all that becomes due. */
  goTo(at: number): Promise<void>;
  /** What its clock showed at a real instant. */
  shopTimeOf(real: number): number;
  stop(): Promise<void>;
}

/** How long the clock goes on at most before the work that is nobody's turn is done again. */
const tickMs = 3 * 3_600_000;
const tended: ReadonlySet<string> = new Set([
  'broadcasts',
  'segments-due',
  'segment-fills',
  'outcomes',
  'consents',
  'interactions',
  'one-clicks',
  'expired-attempts',
]);

/**
 * Starts the parts of an instance in this process: its store, its API, its providers with the local mailbox and phone. Two are replaced.
 * The clock stands still until `goTo`; and Temporal, which would wait in real time, is not there: what it would do at a due instant, take
 * the entry's turn, is done here.
 */
export async function openSteppedInstance(dataFolder: string, startAt: number): Promise<SteppedInstance> {
  let at = startAt;
  const steps = [{ real: Date.now(), at }];
  const realAt = (due: number): number => Date.now() + (due - at);
  const clock: Clock = { rate: 1, now: () => at, realNow: Date.now, realAt, timerAt: realAt };
  const replaced = [
    part({ name: 'clock', needs: ['store'], start: () => ({ value: clock }) }),
    part({
      name: 'temporal',
      needs: ['data folder'],
      start: () => ({ value: { starting: Promise.resolve(nobody), current: () => nobody } }),
    }),
  ];
  const { made, stop } = await startParts(
    parts.map((one) => replaced.find(({ name }) => name === one.name) ?? one),
    { config: readConfig(settings(dataFolder)), roles: new Set(['api', 'worker']), log: createLog('warn'), say: () => {} },
  );
  const work = stepsOf(made, () => at);
  for (let round = 0; round < 3; round += 1) await work.tend();
  return {
    api: new ApiClient(made['running.json']),
    db: made.store.db,
    now: () => at,
    async goTo(until) {
      for (;;) {
        await work.takeDue();
        if (at >= until) return;
        at = Math.min(until, (await work.nextDue()) ?? until, work.tendedAt() + tickMs);
        steps.push({ real: Date.now(), at });
        await work.takeDue();
        if (at >= work.tendedAt() + tickMs) await work.tend();
      }
    },
    shopTimeOf: (real) => (steps.findLast((step) => step.real <= real) ?? steps[0]!).at,
    stop,
  };
}

function settings(dataFolder: string): Readonly<Record<string, string>> {
  const ports = ['SOJOURN_PORT', 'SOJOURN_MAILBOX_PORT', 'SOJOURN_SMTP_PORT', 'SOJOURN_PHONE_PORT', 'SOJOURN_TEMPORAL_UI_PORT'];
  return { ...Object.fromEntries(ports.map((name) => [name, '0'])), SOJOURN_DATA: dataFolder };
}

function stepsOf(made: Made, now: () => number) {
  const { app } = made.app;
  const { db } = made.store;
  const loops = relayLoops(app, { auditDays: 365 }).filter(({ name }) => tended.has(name));
  let tendedAt = now();
  return {
    tendedAt: () => tendedAt,
    async tend(): Promise<void> {
      tendedAt = now();
      for (const loop of loops) await loop.work();
    },
    async nextDue(): Promise<number | null> {
      const { rows } = await sql<{ at: number | null }>`
        select min(due_at) as at from entries where state <> 'finished' and activity <> 'held'`.execute(db);
      return rows[0]?.at ?? null;
    },
    /** Takes turns until nobody is due and nothing is unheard. */
    async takeDue(): Promise<void> {
      for (let round = 0; round < mostRounds; round += 1) {
        const due = await dueEntries(db, now());
        if (due.length === 0) return;
        for (const { id, isQueued } of due) await takeTurn(app, { v: 1, opset, entryId: id }, isQueued ? 'queue' : 'inline');
        // What waits for something real, such as a free session, comes by itself.
        if (round > 20) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`Entries are due at ${new Date(now()).toISOString()} and their turns do not move them.`);
    },
  };
}

const mostRounds = 200;

async function dueEntries(db: Db, now: number): Promise<readonly { readonly id: string; readonly isQueued: boolean }[]> {
  const { rows } = await sql<{ id: string; isQueued: boolean }>`
    select e.id, e.activity = 'queued' as "isQueued" from entries e
    where e.state <> 'finished' and e.activity <> 'held'
      and (e.due_at <= ${now} or exists (select 1 from entry_inputs i where i.entry_id = e.id and i.consumed_at is null))
    order by e.due_at, e.id`.execute(db);
  return rows;
}

/** In the place of Temporal. */
const nobody: Temporal = {
  embedded: null,
  connection: () => null,
  relay: null,
  isReached: () => false,
  workersRun: () => false,
  look: async () => {},
  run: async () => {},
  notify: () => {},
  stopWork: async () => {},
  stop: async () => {},
};
