import type { FactName } from '../../domain/events/fact.js';
import type { Hold } from '../../domain/holds/hold.js';
import { holdAt } from '../../domain/holds/hold.js';
import type { Scope } from '../../domain/keys/scopes.js';
import type { ShipmentView } from '../../domain/orders/order-view.js';
import type { Task } from '../../domain/tasks/task.js';
import type { Instant } from '../../domain/time/instant.js';
import { sayFact } from '../../journey/words.js';
import { listCalls } from '../../store/calls.js';
import { listEntries } from '../../store/entries-read.js';
import { readHolds } from '../../store/holds.js';
import { listMessages } from '../../store/messages-read.js';
import { readShipments } from '../../store/orders-read.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import { readServiceRecords, type ShownServiceRecord } from '../../store/service-records-read.js';
import { listTasks } from '../../store/tasks.js';
import { type ShownAnswer, showAnswers } from '../answers/show-answers.js';
import type { AppDeps } from '../deps.js';
import { showEntry } from '../entries/show-entry.js';
import { showAudit } from '../keys/audit-trail.js';
import { explainMessage } from '../messages/explain-message.js';

type Deps = Pick<AppDeps, 'store' | 'shop' | 'secret' | 'clock' | 'policies' | 'fields'>;

/** What support wants to see of a person beside their profile: problems first, then what they got and why, and what comes next. */
export interface SupportPage {
  readonly profileId: string;
  readonly holds: readonly Hold[];
  /** Until when marketing waits at the latest; null: it does not. */
  readonly heldUntil: Instant | null;
  readonly tasks: readonly Task[];
  /** Tickets, feedback and reviews. */
  readonly records: readonly ShownServiceRecord[];
  readonly shipments: readonly (ShipmentView & { readonly orderId: string })[];
  readonly answers: readonly ShownAnswer[];
  readonly messages: readonly MessageLine[];
  readonly next: readonly NextLine[];
  readonly calls: Awaited<ReturnType<typeof listCalls>>;
  /** Who of the team changed something about the person. */
  readonly acts: readonly ActLine[];
}

/** A message, and the last word on it. */
export interface MessageLine {
  readonly id: string;
  readonly at: Instant;
  readonly channel: string;
  readonly template: string;
  readonly journeyId: string | null;
  readonly step: string | null;
  readonly state: string;
  readonly why: string;
}

/** What a journey does next with the person, and what would end it before. */
export interface NextLine {
  readonly entryId: string;
  readonly journeyId: string;
  readonly at: Instant | null;
  readonly what: string;
  readonly stoppedBy: readonly string[];
}

export interface ActLine {
  readonly at: Instant;
  readonly act: string;
  readonly by: string | null;
}

const most = { tasks: 20, records: 50, shipments: 50, messages: 30, entries: 20, calls: 20, acts: 30 } as const;

/** Null: no such person. `scopes`: of the API key that asks; answers that it may not see are hidden. */
export async function showSupportPage(deps: Deps, id: string, scopes: readonly Scope[]): Promise<SupportPage | null> {
  const { db } = deps.store;
  const profileId = await findCanonicalProfile(db, id);
  if (profileId === null) return null;
  const at = deps.clock.now();
  const first = (limit: number) => ({ limit, after: null });
  const holds = await readHolds(db, profileId, at);
  return {
    profileId,
    holds,
    heldUntil: holdAt(holds, at)?.until ?? null,
    tasks: await listTasks(db, { profileId }, first(most.tasks)),
    records: await readServiceRecords(db, profileId, most.records),
    shipments: await readShipments(db, profileId, most.shipments),
    answers: (await showAnswers(deps, profileId, scopes)) ?? [],
    messages: await messageLines(deps, profileId),
    next: await nextLines(deps, profileId),
    calls: await listCalls(db, { profileId }, first(most.calls)),
    acts: await actLines(deps, profileId),
  };
}

async function messageLines(deps: Deps, profileId: string): Promise<readonly MessageLine[]> {
  const lines: MessageLine[] = [];
  for (const { id } of await listMessages(deps.store.db, { profileId }, { limit: most.messages, after: null })) {
    const story = await explainMessage(deps, id);
    if (story === null) continue;
    const { createdAt: at, channel, template, journeyId, step, state, sentence: why } = story;
    lines.push({ id, at, channel, template, journeyId, step, state, why });
  }
  return lines;
}

async function nextLines(deps: Deps, profileId: string): Promise<readonly NextLine[]> {
  const lines: NextLine[] = [];
  for (const { id, state } of await listEntries(deps.store.db, { profileId }, { limit: most.entries, after: null })) {
    const story = state === 'finished' ? null : await showEntry(deps, id);
    if (story === null) continue;
    const stops = story.reactsTo.filter(({ purpose }) => purpose === 'exit').map(({ event }) => sayFact(event as FactName));
    const { journeyId, dueAt: at, sentence: what } = story;
    lines.push({ entryId: id, journeyId, at, what, stoppedBy: [...new Set(stops)] });
  }
  return lines;
}

async function actLines(deps: Deps, profileId: string): Promise<readonly ActLine[]> {
  const asked = { profileId, keyId: null, act: null, since: null, until: null };
  const { items } = await showAudit(deps, asked, { limit: 200, cursor: null });
  return items
    .filter(({ kind }) => kind === 'change')
    .slice(0, most.acts)
    .map(({ at, act, actorName, actorId, actorKind }) => ({ at, act, by: actorName ?? actorId ?? actorKind }));
}
