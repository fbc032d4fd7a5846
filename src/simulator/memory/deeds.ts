import { stateAfterReceipt } from '../../channels/receipts.js';
import type { Fact, FactName } from '../../domain/fact.js';
import type { EntryId, MessageId } from '../../domain/ids.js';
import type { Instant } from '../../domain/instant.js';
import type { EntryInput } from '../../journey/entry.js';
import { pauseKeys, pauseOn, pausesOf } from '../../turn/pauses.js';
import { matchFacts, type IngestNeeds } from './ingest.js';
import type { MemoryEntry, Tables } from './tables.js';

export type PausedScope = keyof typeof pauseKeys | { readonly journey: string };

export function pause(tables: Tables, scope: PausedScope, at: Instant): void {
  if (typeof scope === 'string') {
    if (!tables.pauses.has(pauseKeys[scope])) tables.pauses.set(pauseKeys[scope], at);
    return;
  }
  const journey = tables.journeys.get(scope.journey);
  if (journey?.state === 'active') tables.journeys.set(scope.journey, { ...journey, state: 'paused', pausedAt: at });
}

/** Lifts a pause: the entries that it held, and that nothing else stops, are told. */
export function resume(tables: Tables, scope: PausedScope, at: Instant): void {
  const pausedAt = lift(tables, scope) ?? at;
  const input = { kind: 'resume', at, pausedAt } as const;
  for (const entry of tables.entries.values()) {
    const isConcerned = typeof scope === 'string' || entry.journeyId === scope.journey;
    if (isConcerned && isHeldForNothing(tables, entry)) giveInput(tables, entry, input);
  }
}

function lift(tables: Tables, scope: PausedScope): Instant | null {
  if (typeof scope === 'string') {
    const since = tables.pauses.get(pauseKeys[scope]) ?? null;
    tables.pauses.delete(pauseKeys[scope]);
    return since;
  }
  const journey = tables.journeys.get(scope.journey);
  if (journey?.state !== 'paused') return null;
  tables.journeys.set(scope.journey, { ...journey, state: 'active', pausedAt: null });
  return journey.pausedAt;
}

/** It is held, and neither its journey nor a switch holds it any more; it has not been told yet. */
function isHeldForNothing(tables: Tables, entry: MemoryEntry): boolean {
  if (entry.state === 'finished' || entry.activity !== 'held') return false;
  if (tables.inputs.some(({ entryId, input }) => entryId === entry.id && input.kind === 'resume')) return false;
  const pauses = pausesOf([...tables.pauses.keys()], tables.journeys.get(entry.journeyId)?.state === 'paused');
  if (pauses.all || pauses.journey) return false;
  const held = [...tables.messages.values()].find(
    ({ entryId, step, state }) => entryId === entry.id && step === entry.data.step && state === 'reserved',
  );
  if (held === undefined) return true;
  const email = tables.profiles.get(entry.profileId)?.email ?? null;
  return pauseOn(pauses, { channel: held.channel, class: held.class, email }) === null;
}

/** Asks an entry to leave. */
export function askToLeave(tables: Tables, id: EntryId, reason: string, at: Instant): void {
  const entry = tables.entry(id);
  if (entry.state !== 'finished') giveInput(tables, entry, { kind: 'exit', reason, at });
}

function giveInput(tables: Tables, { id, activity }: MemoryEntry, input: EntryInput): void {
  tables.giveInput(id, input);
  if (['ready', 'waiting', 'held'].includes(activity)) tables.changeEntry(id, { isPoked: true });
}

/** What a provider told of a message afterwards: folded by rank, told to its entry and to journeys. */
export function receive(tables: Tables, needs: Pick<IngestNeeds, 'newId'>, id: MessageId, status: string, at: Instant): void {
  const message = tables.messages.get(id);
  if (message === undefined || message.receipts.includes(status)) return;
  const { state, entryId, profileId } = message;
  const after = ofPeople.has(status) ? state : stateAfterReceipt(state, status);
  tables.changeMessage(id, { receipts: [...message.receipts, status], state: after });
  if (after === state && !ofPeople.has(status) && status !== 'complained') return;
  if (!ofPeople.has(status)) {
    const last = message.attempts.at(-1)?.n;
    const attempts = message.attempts.map((one) => (one.n === last ? ({ ...one, outcome: 'accepted' } as const) : one));
    tables.changeMessage(id, { attempts, reason: null, leaseReal: null, acceptedAt: message.acceptedAt ?? at });
  }
  if (entryId !== null && tables.entry(entryId).state !== 'finished')
    tables.giveInput(entryId, { kind: 'receipt', messageId: id, status, at });
  const fact: Fact = {
    name: `message.${status === 'bounce-hard' ? 'bounced' : status}` as FactName,
    profileId,
    at,
    eventId: `receipt/${id}/${status}`,
    properties: { message_id: id, channel: message.channel, journey: message.journeyId, step: message.step },
  };
  tables.facts.push(fact);
  const profile = tables.profiles.get(profileId);
  if (profile !== undefined && profile.lastInstant < at) tables.profiles.set(profileId, { ...profile, lastInstant: at });
  matchFacts(tables, needs, [{ fact, trigger: true }]);
}

/** What people did, which says nothing about the delivery. */
const ofPeople: ReadonlySet<string> = new Set(['opened', 'clicked', 'unsubscribed']);
