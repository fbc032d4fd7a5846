import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type EntryRuns, startEntryRuns } from '../support/entry-runs.js';
import { actionsOf } from '../support/history-actions.js';
import { historyShapes } from '../support/history-shapes.js';
import { recordHistory } from '../support/recorded-histories.js';

let runs: EntryRuns;
beforeAll(async () => {
  runs = await startEntryRuns(inject('temporal'));
});
afterAll(() => runs.stop());

// The budget: inline 6 events and 2 Actions (7 by signalWithStart), three messages 18 and 6 (19), queue lane 12 and 3 (13), exit 13 and 5.
test.each(historyShapes)('$name costs $events events and $actions Actions', async ({ name, events, actions, play }) => {
  const entry = await play(runs);

  const history = await entry.history();
  await recordHistory(name, history);
  expect({ events: history.events?.length, actions: actionsOf(history) }).toEqual({ events, actions });
});
