import { formatLocal } from '../../domain/time/time.js';
import {
  countUnseenInputs,
  type EntryFilter,
  type EntryRecord,
  listEntries,
  readEntry,
  readTrace,
  readWaits,
  stuckAfterFaults,
  type TraceRecord,
  type WaitRecord,
} from '../../store/entries-read.js';
import { listMessages, type MessageRecord } from '../../store/messages-read.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store' | 'shop'>;

/** An entry with where it stands, said in one sentence. */
export interface EntrySummary extends EntryRecord {
  readonly sentence: string;
}

/** One entry, its story, what it reacts to, and its messages. */
export interface EntryStory extends EntrySummary {
  readonly trace: readonly TraceRecord[];
  /** What would change its course now: exits, awaited events, goals. */
  readonly reactsTo: readonly WaitRecord[];
  readonly messages: readonly MessageRecord[];
  /** Inputs that its next turn will find. */
  readonly unseenInputs: number;
}

/** Entries by journey, profile, state; the newest first. */
export async function listEntrySummaries(deps: Deps, filter: EntryFilter, request: PageRequest): Promise<Page<EntrySummary>> {
  const page = await readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listEntries(deps.store.db, filter, { limit, after }),
    (entry) => [entry.createdAt, entry.id],
  );
  return { ...page, items: page.items.map((entry) => summaryOf(deps, entry)) };
}

/** Null: no such entry. */
export async function showEntry(deps: Deps, id: string): Promise<EntryStory | null> {
  const { db } = deps.store;
  const entry = await readEntry(db, id);
  if (entry === null) return null;
  return {
    ...summaryOf(deps, entry),
    trace: await readTrace(db, id),
    reactsTo: await readWaits(db, id),
    messages: (await listMessages(db, { entryId: id }, { limit: 200, after: null })).toReversed(),
    unseenInputs: await countUnseenInputs(db, id),
  };
}

function summaryOf(deps: Deps, entry: EntryRecord): EntrySummary {
  return { ...entry, sentence: standing(entry, deps.shop.timeZone) };
}

/** Where an entry stands, in the shop's zone. */
function standing(entry: EntryRecord, timeZone: string): string {
  const at = (instant: number | null): string => (instant === null ? 'at no set time' : formatLocal(instant, timeZone));
  if (entry.state === 'finished') return finished(entry, at(entry.finishedAt));
  if (entry.fault !== null && entry.fault.times >= stuckAfterFaults)
    return `Stuck ${place(entry)}: its turn failed ${entry.fault.times} times (${entry.fault.words}). It is tried again every hour, and by sojourn stuck restart ${entry.id}.`;
  if (entry.state === 'armed') return `Armed: whether it enters is decided ${at(entry.dueAt)}, if nothing happens before then.`;
  const where = place(entry);
  switch (entry.activity) {
    case 'waiting':
      return entry.dueAt === null ? `Waits ${where} for an event.` : `Waits ${where} until ${at(entry.dueAt)}.`;
    case 'held':
      return `Held ${where}: sending is paused. It continues after a resume.`;
    case 'queued':
      return `Is in its channel's queue ${where}.`;
    case 'submitting':
      return `Its message is being sent ${where}.`;
    case 'ready':
    case 'done':
      return `Is about to take its next turn ${where}.`;
  }
}

function place({ step }: EntryRecord): string {
  return step === null ? 'before its first step' : `at ${step}`;
}

function finished(entry: EntryRecord, when: string): string {
  const reason = entry.reason === null ? '' : ` (${entry.reason})`;
  return entry.outcome === 'not-entered'
    ? `Did not enter, ${when}${reason}.`
    : `Ended ${entry.outcome ?? 'without an outcome'} ${when}${reason}.`;
}
