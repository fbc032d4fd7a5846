import type { Instant } from '../../domain/time/instant.js';
import type { Matched } from '../../matching/matched.js';
import { listEntries } from '../../store/entries-read.js';
import { listEvents } from '../../store/events-read.js';
import { readJourney } from '../../store/journeys.js';
import { listMessages } from '../../store/messages-read.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { type EntryStory, showEntry } from '../entries/show-entry.js';
import { effectSentence } from '../ingest/show-event.js';
import { explainMessage, type MessageStory } from '../messages/explain-message.js';
import { showProfile } from './show-profile.js';

/** What happened to one person, in one list. */
export interface PersonStory {
  readonly profileId: string;
  /** The short answer: where they stand, or why they did not enter. */
  readonly answer: string;
  /** The oldest first. */
  readonly lines: readonly StoryLine[];
  /** What comes next, and what stands in the way. */
  readonly next: readonly string[];
  /** Older events or entries are left out. */
  readonly isCut: boolean;
}

export interface StoryLine {
  readonly at: Instant;
  readonly kind: 'event' | 'entry' | 'message';
  readonly journeyId: string | null;
  readonly entryId: string | null;
  readonly messageId: string | null;
  readonly eventId: string | null;
  readonly sentence: string;
}

export type ToldStory =
  | { readonly kind: 'told'; readonly story: PersonStory }
  | { readonly kind: 'unknown-profile' }
  | { readonly kind: 'unknown-journey' };

type Deps = Pick<AppDeps, 'store' | 'shop' | 'secret' | 'clock' | 'policies'>;

const mostEvents = 200;
const mostEntries = 30;
const mostMessages = 60;

/** Joins events (those too that started nothing), entries, verdicts and receipts of a person, of all journeys or of one. */
export async function tellPersonStory(deps: Deps, id: string, journeyId: string | null): Promise<ToldStory> {
  const { db } = deps.store;
  const profileId = await findCanonicalProfile(db, id);
  if (profileId === null) return { kind: 'unknown-profile' };
  const journey = journeyId === null ? null : await readJourney(db, journeyId);
  if (journeyId !== null && journey === null) return { kind: 'unknown-journey' };
  const filter = { profileId, ...(journeyId === null ? {} : { journeyId }) };
  const events = await listEvents(db, profileId, { limit: mostEvents + 1, after: null });
  const entries = await listEntries(db, filter, { limit: mostEntries + 1, after: null });
  const messages = await listMessages(db, filter, { limit: mostMessages + 1, after: null });

  const told = events.slice(0, mostEvents).flatMap((event) => eventLines(event, journeyId));
  const stories = await inTurn(entries.slice(0, mostEntries), ({ id: entry }) => showEntry(deps, entry));
  const whys = await inTurn(messages.slice(0, mostMessages), ({ id: message }) => explainMessage(deps, message));
  const lines = [...told, ...stories.flatMap(entryLines), ...whys.flatMap(messageLines)].toSorted((a, b) => a.at - b.at);
  return {
    kind: 'told',
    story: {
      profileId,
      answer: answerOf(journeyId, stories, told),
      lines: withoutRepeats(lines),
      next: [...stories.filter(isLive).map(whatComes), ...(await obstacles(deps, profileId, journey))],
      isCut: events.length > mostEvents || entries.length > mostEntries || messages.length > mostMessages,
    },
  };
}

type StoredEvent = Awaited<ReturnType<typeof listEvents>>[number];

/** One line for what an event did, and one for each journey in which it did nothing. */
function eventLines(event: StoredEvent, journeyId: string | null): readonly StoryLine[] {
  const matched = (event.matched as readonly Matched[]).filter((one) => journeyId === null || one.journeyId === journeyId);
  return matched.map((one) => ({
    at: event.occurredAt,
    kind: 'event',
    journeyId: one.journeyId,
    entryId: one.entryId,
    messageId: null,
    eventId: event.messageId,
    sentence: `${event.name ?? event.type}: ${effectSentence(one)}`,
  }));
}

function entryLines(entry: EntryStory): readonly StoryLine[] {
  return entry.trace.map((line) => ({
    at: line.at,
    kind: 'entry',
    journeyId: entry.journeyId,
    entryId: entry.id,
    messageId: null,
    eventId: null,
    sentence: line.step === null ? line.text : `${line.step}: ${line.text}`,
  }));
}

function messageLines(message: MessageStory): readonly StoryLine[] {
  const said: readonly (readonly [Instant, string])[] = [
    ...message.verdicts.map((verdict) => [verdict.at, verdict.sentence] as const),
    ...message.attemptsMade.map(({ n, startedAt, outcome, code, reply }) => {
      const result = `Attempt ${n}: ${outcome ?? 'under way'}${code === null ? '' : ` (${code})`}.`;
      return [startedAt, reply === null ? result : `${result} The provider said: ${reply}`] as const;
    }),
    ...message.receipts.map(
      (receipt) => [receipt.at, `The provider says: ${receipt.status}${receipt.code === null ? '' : ` (${receipt.code})`}.`] as const,
    ),
  ];
  return said.map(([at, sentence]) => ({
    at,
    kind: 'message',
    journeyId: message.journeyId,
    entryId: message.entryId,
    messageId: message.id,
    eventId: null,
    sentence: `${message.step ?? message.template} (${message.channel}): ${sentence}`,
  }));
}

/** The trace of an entry and the ledger of its message tell some things both. */
function withoutRepeats(lines: readonly StoryLine[]): readonly StoryLine[] {
  const key = ({ at, entryId, sentence }: StoryLine): string => `${at} ${entryId} ${sentence.replace(/^[^:]*: /, '')}`;
  const heard = new Set<string>();
  return lines.filter((line) => {
    if (heard.has(key(line))) return false;
    heard.add(key(line));
    return true;
  });
}

function answerOf(journeyId: string | null, entries: readonly EntryStory[], told: readonly StoryLine[]): string {
  const live = entries.filter(isLive);
  const where = journeyId === null ? '' : ` in ${journeyId}`;
  if (live.length > 0)
    return live.length === 1 && live[0] !== undefined ? whatComes(live[0]) : `${live.length} entries are under way${where}.`;
  const [last] = entries;
  if (last !== undefined) return `Nothing is under way${where}. The last entry, of ${last.journeyId}: ${last.sentence}`;
  // The newest come first. What no journey begins on came near to none.
  const refused = told.find((line) => line.journeyId !== null && /started nothing|did nothing/.test(line.sentence));
  const what = journeyId ?? 'a journey';
  return refused === undefined
    ? `Never entered ${what}: no event of theirs met its trigger while it was live.`
    : `Never entered ${what}. The last that came near: ${refused.sentence}`;
}

const isLive = ({ state }: EntryStory): boolean => state !== 'finished';

function whatComes(entry: EntryStory): string {
  const waiting = entry.messages.find(({ state }) => state === 'reserved');
  return `${entry.journeyId}: ${entry.sentence}${waiting === undefined ? '' : ` The message ${waiting.id} waits for its slot.`}`;
}

async function obstacles(deps: Deps, profileId: string, journey: Awaited<ReturnType<typeof readJourney>>): Promise<readonly string[]> {
  const profile = await showProfile(deps, profileId);
  if (profile === null) return [];
  return [
    ...(journey === null || journey.state === 'active' ? [] : [`${journey.id} is ${journey.state}: nobody enters it.`]),
    ...(profile.erasedAt === null ? [] : ['The person was erased.']),
    ...(profile.erasedAt !== null || profile.email !== null ? [] : ['No email is known: none can be sent.']),
    ...profile.suppressions.map(({ sentence }) => sentence),
    ...profile.consents.now
      .filter(({ granted, topic, act }) => !granted && (act !== null || topic === 'marketing'))
      .map(({ sentence }) => sentence.replace(/^No:/, 'No consent:').replace(/^Not yet:/, 'No consent yet:')),
  ];
}

async function inTurn<T, R>(items: readonly T[], ask: (item: T) => Promise<R | null>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (const item of items) {
    const answer = await ask(item);
    if (answer !== null) answers.push(answer);
  }
  return answers;
}
