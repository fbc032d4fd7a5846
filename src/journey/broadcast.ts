import { type BroadcastPace, recipientDueAt } from '../domain/messages/broadcast-pace.js';
import { missingData, readingsOf } from '../domain/messages/data-words.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { ClassPolicy } from '../domain/policy/class-policy.js';
import { type Deadline, deadlineFrom } from '../domain/time/deadline.js';
import { durationWords } from '../domain/time/duration.js';
import { day, type Instant, minute } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import { newEntryState } from './engine.js';
import { broadcastJourneyId, type InternalSend, longestDeadlineMs, type OpenedEntry } from './internal.js';
import type { Refusal } from './own-message.js';

/** When a broadcast goes out, as it is asked for. */
export interface BroadcastTiming {
  /** Null: now. */
  readonly startsAt: Instant | null;
  /** Recipients fall due evenly over so many milliseconds; 0: all at once. */
  readonly overMs: number;
  /** The last instant for everyone, counted from the start; null: two days after each falls due. */
  readonly deadline: Deadline | null;
}

const longestOverMs = 14 * day;
/** A start may lie so far back: clocks differ, and a request takes its time. */
const latestStartMs = minute;
/** A newsletter keeps two days, then it is old. */
export const usualBroadcastDeadlineMs = 2 * day;
/** Entries are made so long before they fall due, in real milliseconds: their workflows start with a delay. */
export const enrolAheadRealMs = 20_000;

/** What the template of a broadcast reads as `data`. */
export interface BroadcastData {
  readonly data: Readonly<Record<string, unknown>>;
  /** What recipients bring of their own, for as many as are known; it lies over the rest. */
  readonly own: readonly Readonly<Record<string, unknown>>[];
}

/** Without it nobody would get anything: everybody would be left out for it, one by one. */
function refuseData(template: TemplateHead, { data, own }: BroadcastData): Refusal | null {
  const missing = missingData(template.requires, [...readingsOf(data), ...own]);
  return missing.length === 0
    ? null
    : {
        code: 'data-missing',
        reason: `The template ${template.id} needs ${missing.join(', ')}, and neither the data of the broadcast nor that of a recipient has it: nobody would get it.`,
      };
}

/** Why a broadcast cannot be; null: it can. */
export function refuseBroadcast(template: TemplateHead, timing: BroadcastTiming, now: Instant, words: BroadcastData): Refusal | null {
  const startsAt = timing.startsAt ?? now;
  if (template.class !== 'broadcast' && template.class !== 'marketing')
    return {
      code: 'class-not-allowed',
      reason: `The template ${template.id} is ${template.class}: a broadcast takes templates of class broadcast or marketing. One person's ${template.class} message is sent by POST /v1/messages.`,
    };
  if (timing.overMs > longestOverMs)
    return { code: 'too-slow', reason: `A broadcast goes out over ${durationWords(longestOverMs)} at most: name a shorter time.` };
  if (startsAt < now - latestStartMs)
    return { code: 'start-passed', reason: 'The start has passed already: name a later one, or none to start now.' };
  if (startsAt > now + longestDeadlineMs)
    return { code: 'starts-too-late', reason: `A broadcast starts within ${durationWords(longestDeadlineMs)}: name an earlier start.` };
  const deadlineAt = broadcastDeadline(timing, startsAt);
  if (deadlineAt !== null && deadlineAt <= startsAt + timing.overMs)
    return {
      code: 'deadline-too-early',
      reason: 'The deadline comes before the last recipient falls due: name a later deadline, or a shorter time over which it goes out.',
    };
  return refuseData(template, words);
}

/** The last instant of a broadcast that starts at `startsAt`; null: it names none, and each message has its own. */
export function broadcastDeadline({ deadline }: Pick<BroadcastTiming, 'deadline'>, startsAt: Instant): Instant | null {
  return deadline === null ? null : deadlineFrom(deadline, startsAt);
}

/** What it is sent as. */
export function broadcastSend({ classes }: ClassPolicy, template: TemplateHead, priority: number | null): InternalSend {
  const { id, channel, class: of, topic } = template;
  return { template: id, channel, class: of, topic, priority: priority ?? classes.broadcast.defaultPriority };
}

/** A broadcast that runs. */
export interface RunningBroadcast {
  readonly id: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly deadlineAt: Instant | null;
  readonly createdAt: Instant;
  readonly pace: BroadcastPace;
}

export interface BroadcastRecipient {
  readonly position: number;
  readonly profileId: ProfileId;
  /** What the list said of this recipient: lies over the data of the broadcast. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** Who is meant by the recipients of a batch: `canonical` by their ids; who was erased; who has an entry of it already. */
export interface KnownRecipients {
  readonly canonical: ReadonlyMap<ProfileId, ProfileId>;
  readonly erased: ReadonlySet<ProfileId>;
  readonly there: ReadonlySet<ProfileId>;
}

/**
 * An entry for each person who has none: a person who merged with another recipient keeps the existing one, and an erased person gets none.
 * It counts as made with the broadcast, so that a message sent under another id of the same person is recognised as the same one. `places`:
 * null for a person who was passed over.
 */
export function enrolRecipients(
  broadcast: RunningBroadcast,
  recipients: readonly BroadcastRecipient[],
  { canonical, erased, there }: KnownRecipients,
  newId: () => string,
): {
  readonly opened: readonly OpenedEntry[];
  readonly places: readonly { readonly position: number; readonly entryId: EntryId | null }[];
} {
  const enrolled = new Set(there);
  const opened: OpenedEntry[] = [];
  const places = recipients.map(({ position, profileId, data }) => {
    const person = canonical.get(profileId);
    if (person === undefined || erased.has(person) || enrolled.has(person)) return { position, entryId: null };
    const entryId = newId() as EntryId;
    enrolled.add(person);
    opened.push(
      entryOf(data === null ? broadcast : { ...broadcast, data: { ...broadcast.data, ...data } }, {
        id: entryId,
        profileId: person,
        dueAt: recipientDueAt(broadcast.pace, position),
      }),
    );
    return { position, entryId };
  });
  return { opened, places };
}

function entryOf(
  { id: entryKey, version, data, deadlineAt, createdAt }: RunningBroadcast,
  made: Pick<OpenedEntry, 'id' | 'profileId' | 'dueAt'>,
): OpenedEntry {
  const { dueAt } = made;
  const state = {
    ...newEntryState({ at: dueAt, trigger: data }),
    deadlineAt: deadlineAt ?? dueAt + usualBroadcastDeadlineMs,
  };
  return { ...made, journeyId: broadcastJourneyId(entryKey), version, entryKey, createdAt, state };
}
