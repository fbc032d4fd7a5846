import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Instruction } from '../../workflows/contract.js';
import { type EntryRuns, startEntryRuns } from '../support/entry-runs.js';

let runs: EntryRuns;
beforeAll(async () => {
  runs = await startEntryRuns(inject('temporal'));
});
afterAll(() => runs.stop());

const completed: Instruction = { kind: 'finished', outcome: 'completed' };
const shortWait = (): Instruction => ({ kind: 'wait', wakeAtReal: Date.now() + 50, summary: 'pause' });

test('one message inline', async () => {
  const entry = runs.entry([completed]);
  await entry.start();
  expect(await entry.outcome()).toBe('completed');
  console.log(await entry.eventTypes());
});

test('three', async () => {
  const entry = runs.entry([shortWait, shortWait, completed]);
  await entry.start();
  expect(await entry.outcome()).toBe('completed');
  console.log(await entry.eventTypes());
});
