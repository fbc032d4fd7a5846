import { toldByReceipt } from '../../channels/receipts.js';
import type { Fact } from '../../domain/events/fact.js';
import { type Channel, mailboxOf } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryId, MessageId } from '../../domain/values/ids.js';
import type { EntryInput } from '../../journey/entry.js';
import { pauseKey, pauseOn, pausesOf } from '../../turn/pauses.js';
import { type TellNeeds, tellFacts } from './segments.js';
import type { MemoryEntry, MemoryMessage, Tables } from './tables.js';

export type PausedScope = 'all' | Channel | { readonly journey: string };

export function pause(tables: Tables, scope: PausedScope, at: Instant): void {
  if (typeof scope === 'string') {
    if (!tables.pauses.has(pauseKey(scope))) tables.pauses.set(pauseKey(scope), at);
    return;
  }
  const journey = tables.journeys.get(scope.journey);
  if (journey?.state === 'active') tables.journeys.set(scope.journey, { ...journey, state: 'paused', pausedAt: at });
}

/** Lifts a pause: the entries that it held, and that nothing else stops, get an input. */
export function resume(tables: Tables, scope: PausedScope, at: Instant): void {
  const pausedAt = lift(tables, scope) ?? at;
  const input = { kind: 'resume', at, pausedAt } as const;
  for (const entry of tables.entries.where('live', true)) {
    const isConcerned = typeof scope === 'string' || entry.journeyId === scope.journey;
    if (isConcerned && isHeldForNothing(tables, entry)) giveInput(tables, entry, input);
  }
}

function lift(tables: Tables, scope: PausedScope): Instant | null {
  if (typeof scope === 'string') {
    const since = tables.pauses.get(pauseKey(scope)) ?? null;
    tables.pauses.delete(pauseKey(scope));
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
  if (tables.inputs.where('entry', entry.id).some(({ input }) => input.kind === 'resume')) return false;
  const pauses = pausesOf([...tables.pauses.keys()], tables.journeys.get(entry.journeyId)?.state === 'paused');
  if (pauses.all || pauses.journey) return false;
  const held = tables.messages.where('entry', entry.id).find(({ step, state }) => step === entry.data.step && state === 'reserved');
  if (held === undefined) return true;
  const profile = tables.profiles.get(entry.profileId);
  const mailbox = profile === undefined ? null : mailboxOf(profile, held.channel);
  return pauseOn(pauses, { channel: held.channel, class: held.class, mailbox }) === null;
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

/** What a provider told of a message afterwards, or what a person did with it: told to its entry and to journeys. */
export function receive(tables: Tables, needs: TellNeeds, id: MessageId, status: string, at: Instant): void {
  const message = tables.messages.get(id);
  if (message === undefined || message.receipts.includes(status)) return;
  const { entryId, attempts, acceptedAt, profileId } = message;
  const told = toldByReceipt(message.state, status);
  tables.changeMessage(id, { receipts: [...message.receipts, status] });
  if (told.kind === 'nothing') return;
  const settled = { attempts: acceptedAttempts(attempts), reason: null, leaseReal: null, acceptedAt: acceptedAt ?? at };
  if (told.kind === 'delivery') tables.changeMessage(id, { ...settled, state: told.state });
  if (entryId !== null && tables.entry(entryId).state !== 'finished')
    tables.giveInput(entryId, { kind: 'receipt', messageId: id, status, at });
  if (told.fact === null) return;
  const properties = { message_id: id, channel: message.channel, journey: message.journeyId, step: message.step };
  const fact: Fact = { name: told.fact, profileId, at, eventId: `receipt/${id}/${status}`, properties };
  tables.facts.push(fact);
  tables.movePerson(profileId, at);
  tellFacts(tables, needs, { facts: [{ fact, trigger: true }], at });
}

/** The provider had it after all. */
function acceptedAttempts(attempts: MemoryMessage['attempts']): MemoryMessage['attempts'] {
  const last = attempts.at(-1)?.n;
  return attempts.map((one) => (one.n === last ? { ...one, outcome: 'accepted' } : one));
}
