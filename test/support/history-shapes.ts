import type { Instruction } from '../../workflows/contract.js';
import type { EntryRuns, ScriptedEntry } from './entry-runs.js';

/** A shape of a run: what happens, and what it costs. Counted by test/workflows, recorded into test/histories, replayed by test/replay. */
export interface HistoryShape {
  readonly name: string;
  readonly events: number;
  readonly actions: number;
  /** Plays it on a real server to its end. */
  readonly play: (runs: EntryRuns) => Promise<ScriptedEntry>;
}

const completed: Instruction = { kind: 'finished', outcome: 'completed' };
const exited: Instruction = { kind: 'finished', outcome: 'exited' };
const queued: Instruction = { kind: 'queued', channel: 'email', summary: 'cart-reminder-1 · email · queued' };
const shortWait = (): Instruction => ({ kind: 'wait', wakeAtReal: Date.now() + 50, summary: 'cart-reminder-2 · email · in a moment' });
const longWait = (): Instruction => ({ kind: 'wait', wakeAtReal: Date.now() + 3_600_000, summary: 'cart-reminder-2 · email · in an hour' });
const endlessWait: Instruction = { kind: 'wait', wakeAtReal: null, summary: 'held' };
const failure = (): never => {
  throw new TypeError('a turn that fails once');
};

export const historyShapes: readonly HistoryShape[] = [
  { name: 'inline-one-message', events: 6, actions: 2, play: (runs) => started(runs.entry([completed])) },
  { name: 'inline-one-message-signal-with-start', events: 7, actions: 2, play: (runs) => woken(runs.entry([completed])) },
  { name: 'three-messages-two-waits', events: 18, actions: 6, play: (runs) => started(runs.entry([shortWait, shortWait, completed])) },
  {
    name: 'three-messages-two-waits-signal-with-start',
    events: 19,
    actions: 6,
    play: (runs) => woken(runs.entry([shortWait, shortWait, completed])),
  },
  { name: 'queue-one-message', events: 12, actions: 3, play: (runs) => started(runs.entry([queued, completed])) },
  { name: 'queue-one-message-signal-with-start', events: 13, actions: 3, play: (runs) => woken(runs.entry([queued, completed])) },
  { name: 'exit-during-wait', events: 13, actions: 5, play: (runs) => wokenWhileWaiting(runs.entry([longWait, exited])) },
  { name: 'resumed-after-hold', events: 11, actions: 4, play: (runs) => wokenWhileWaiting(runs.entry([endlessWait, completed])) },
  { name: 'poke-that-brings-nothing', events: 20, actions: 8, play: (runs) => wokenTwice(runs.entry([longWait, longWait, exited])) },
  { name: 'delayed-start-woken', events: 7, actions: 3, play: (runs) => wokenWhileDelayed(runs.entry([exited])) },
  { name: 'local-activity-failure-fallback', events: 12, actions: 3, play: (runs) => started(runs.entry([failure, completed])) },
  { name: 'batch-one-turn', events: 11, actions: 2, play: (runs) => started(runs.batch([completed])) },
  {
    name: 'batch-two-turns-and-a-wait',
    events: 28,
    actions: 5,
    play: (runs) => started(runs.batch([{ kind: 'turn', summary: '80 letters' }, shortWait, completed])),
  },
  {
    name: 'continue-as-new',
    events: 156,
    actions: 28,
    play: (runs) => started(runs.entry([...Array<Instruction>(26).fill(queued), completed])),
  },
];

async function started(entry: ScriptedEntry): Promise<ScriptedEntry> {
  await entry.start();
  await entry.outcome();
  return entry;
}

async function woken(entry: ScriptedEntry): Promise<ScriptedEntry> {
  await entry.wake();
  await entry.outcome();
  return entry;
}

async function wokenWhileWaiting(entry: ScriptedEntry): Promise<ScriptedEntry> {
  await entry.start();
  await entry.waiting(1);
  await entry.wake();
  await entry.outcome();
  return entry;
}

async function wokenTwice(entry: ScriptedEntry): Promise<ScriptedEntry> {
  await entry.start();
  await entry.waiting(1);
  await entry.wake();
  await entry.waiting(2);
  await entry.wake();
  await entry.outcome();
  return entry;
}

async function wokenWhileDelayed(entry: ScriptedEntry): Promise<ScriptedEntry> {
  await entry.start({ delayMs: 3_600_000 });
  await entry.wake();
  await entry.outcome();
  return entry;
}
