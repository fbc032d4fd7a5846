import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Instruction } from '../../workflows/contract.js';
import { type EntryRuns, startEntryRuns, until } from '../support/entry-runs.js';

let runs: EntryRuns;
beforeAll(async () => {
  runs = await startEntryRuns(inject('temporal'));
});
afterAll(() => runs.stop());

const completed: Instruction = { kind: 'finished', outcome: 'completed' };
const exited: Instruction = { kind: 'finished', outcome: 'exited' };
const hourLong = (): Instruction => ({ kind: 'wait', wakeAtReal: Date.now() + 3_600_000, summary: 'in an hour' });

test.each(['inline', 'queue'] as const)('sees at once what was stored after its turn (%s) had read the store', async (lane) => {
  const store = { hasExit: false };
  const hasRead = gate();
  const mayAnswer = gate();
  const entry = runs.entry([
    ...(lane === 'queue' ? [{ kind: 'queued', channel: 'email', summary: 'cart-reminder-1 · email · queued' } as const] : []),
    async () => {
      const answer = store.hasExit ? exited : hourLong();
      hasRead.open();
      await mayAnswer.isOpen;
      return answer;
    },
    () => (store.hasExit ? exited : hourLong()),
  ]);
  await entry.start();
  await hasRead.isOpen;
  store.hasExit = true;
  await entry.wake();
  // On the queue the poke reaches the workflow before the turn's answer does.
  if (lane === 'queue')
    await until(async () => (await entry.eventTypes()).filter((type) => type === 'WORKFLOW_TASK_COMPLETED').length === 2);
  mayAnswer.open();

  expect(await entry.outcome()).toBe('exited');
});

test('keeps an exit although a poke makes Temporal refuse the task of the turn that consumed it, and repeat the turn', async () => {
  // As the store does it: the exit is consumed once, by whichever turn comes first, and the row remembers.
  const row: { exitIsConsumed: boolean; instruction: Instruction | null } = { exitIsConsumed: false, instruction: null };
  const hasConsumed = gate();
  const mayAnswer = gate();
  const entry = runs.entry([
    async () => {
      if (!row.exitIsConsumed) row.instruction = exited;
      row.exitIsConsumed = true;
      hasConsumed.open();
      await mayAnswer.isOpen;
      return row.instruction ?? hourLong();
    },
  ]);
  await entry.start();
  await hasConsumed.isOpen;
  await entry.wake();
  mayAnswer.open();

  expect(await entry.outcome()).toBe('exited');
  expect(entry.turns.length, 'The task was not refused: the test proves nothing.').toBeGreaterThan(1);
  expect(await entry.eventTypes()).toContain('WORKFLOW_TASK_FAILED');
});

test('shows a failing turn as a pending activity, without the message of a library, and goes on when it works again', async () => {
  let isBroken = true;
  const entry = runs.entry([
    () => {
      if (isBroken) throw Object.assign(new TypeError('row of jane@example.org is odd'), { code: 'E22P02' });
      return completed;
    },
  ]);
  await entry.start();
  await until(async () => ((await entry.handle().describe()).raw.pendingActivities?.[0]?.attempt ?? 0) >= 2);

  const failure = (await entry.handle().describe()).raw.pendingActivities?.[0]?.lastFailure;
  expect(failure?.message).toMatch(
    new RegExp(`^The turn of entry ${entry.id} failed: TypeError E22P02, in .*\\(journey-entry\\.test\\.ts:\\d+\\)`),
  );
  isBroken = false;
  expect(await entry.outcome()).toBe('completed');
  expect(JSON.stringify([await entry.history(), runs.faults])).not.toContain('jane');
});

test('is cancelled by a person while it waits, and while a failing turn is tried again', async () => {
  const waiting = runs.entry([hourLong()]);
  const failing = runs.entry([
    () => {
      throw new Error('always');
    },
  ]);
  await Promise.all([waiting.start(), failing.start()]);
  await until(async () => ((await failing.handle().describe()).raw.pendingActivities?.length ?? 0) > 0);
  await waiting.waiting(1);

  for (const entry of [waiting, failing]) {
    await entry.handle().cancel();
    await expect(entry.outcome()).rejects.toThrow(WorkflowFailedError);
    expect((await entry.handle().describe()).status.name).toBe('CANCELLED');
  }
});

test('waits for a worker that knows the instruction, and then goes on', async () => {
  const entry = runs.entry([{ kind: 'dance', summary: 'from the future' } as unknown as Instruction, completed]);
  await entry.start();

  expect(await entry.outcome()).toBe('completed');
  expect(await entry.eventTypes()).toContain('WORKFLOW_TASK_FAILED');
});

test('adds nothing to a run that is there when its start is repeated', async () => {
  const entry = runs.entry([hourLong(), exited]);
  await entry.start();
  await entry.waiting(1);
  const before = await entry.eventTypes();
  await entry.start();
  await entry.start({ delayMs: 5_000 });

  expect(await entry.eventTypes()).toEqual(before);
  await entry.wake();
  expect(await entry.outcome()).toBe('exited');
});

test('goes on where it was when workers were away over its start, its timer and a poke', async () => {
  const unstarted = runs.entry([completed]);
  const timed = runs.entry([() => ({ kind: 'wait', wakeAtReal: Date.now() + 1_000, summary: 'soon' }), completed]);
  const poked = runs.entry([hourLong(), exited]);
  await Promise.all([timed.start(), poked.start()]);
  await Promise.all([timed.waiting(1), poked.waiting(1)]);
  await runs.pauseWorkers();
  await unstarted.start({ eager: false });
  await poked.wake();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await runs.resumeWorkers();

  expect(await Promise.all([unstarted.outcome(), timed.outcome(), poked.outcome()])).toEqual(['completed', 'completed', 'exited']);
});

test('takes a turn of 12 s once, longer than a workflow task may last, while other entries come and go', async () => {
  const slow = runs.entry([
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      return completed;
    },
  ]);
  await slow.start();
  await until(() => slow.turns.length === 1);
  const started = performance.now();
  const others = Array.from({ length: 20 }, () => runs.entry([completed]));
  await Promise.all(others.map((entry) => entry.start()));
  await Promise.all(others.map((entry) => entry.outcome()));

  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await slow.outcome()).toBe('completed');
  expect(slow.turns).toEqual(['inline']);
});

test('sends over the channel’s queue no faster than its rate', async () => {
  const rated = await startEntryRuns(inject('temporal'), { rates: { sms: 4 } });
  const queued: Instruction = { kind: 'queued', channel: 'sms', summary: 'cart-text · sms · queued' };
  const times: number[] = [];
  const entries = Array.from({ length: 12 }, () =>
    rated.entry([
      queued,
      () => {
        times.push(performance.now());
        return completed;
      },
    ]),
  );
  await runs.pauseWorkers();
  await Promise.all(entries.map((entry) => entry.start()));
  await Promise.all(entries.map((entry) => entry.outcome()));
  await rated.stop();
  await runs.resumeWorkers();

  expect(times).toHaveLength(12);
  expect(times.at(-1)! - times[0]!).toBeGreaterThan(1_200);
});

function gate() {
  let open = (): void => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), isOpen };
}
