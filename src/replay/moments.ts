import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import type { TraceLine } from '../journey/entry.js';
import type { MemoryEntry, MemoryMessage, Tables } from '../simulator/memory/tables.js';

/**
 * What can be counted of a replay. `armed`: a trigger met somebody. `deferred`: a message had to wait, once for each reason. `skipped`: it
 * did not go out.
 * `displaced`: it lost a slot that it was promised. `waiting`, `under-way`, `idle`: how it stood at the end of the replay.
 */
export const momentKinds = [
  'armed',
  'not-entered',
  'entered',
  'sent',
  'deferred',
  'displaced',
  'skipped',
  'ended',
  'waiting',
  'under-way',
  'idle',
] as const;
export type MomentKind = (typeof momentKinds)[number];

/** Something that happened to a person in a journey. */
export interface Moment {
  readonly at: Instant;
  /** Of the store. */
  readonly profileId: ProfileId;
  readonly journey: string;
  readonly what: MomentKind;
  /** Null: it is about the entry as a whole. */
  readonly step: string | null;
  /** A code: why not, or how it ended. */
  readonly reason: string | null;
  /** The sentence of the entry's story; null: there is none. Personal data. */
  readonly text: string | null;
}

interface Told {
  readonly people: ReadonlyMap<ProfileId, ProfileId>;
  /** Entries from before the replay: they are not counted. */
  readonly before: ReadonlySet<string>;
  readonly to: Instant;
}

/** What came of a replay, in order of time. */
export function momentsOf(tables: Tables, told: Told): readonly Moment[] {
  const stories = storiesOf(tables);
  const entries = [...tables.entries.values()].filter(({ id }) => !told.before.has(id));
  const messages = [...tables.messages.values()].filter(({ entryId }) => entryId !== null && !told.before.has(entryId));
  const moments = [
    ...entries.flatMap((entry) => entryMoments(entry, stories.get(entry.id) ?? [], told)),
    ...messages.flatMap((message) => messageMoments(tables, message, stories.get(message.entryId as EntryId) ?? [], told)),
  ];
  return moments.toSorted((a, b) => a.at - b.at || momentKinds.indexOf(a.what) - momentKinds.indexOf(b.what));
}

type Story = readonly TraceLine[];

function storiesOf({ trace }: Tables): ReadonlyMap<EntryId, Story> {
  const stories = new Map<EntryId, TraceLine[]>();
  for (const { entryId, line } of trace) {
    const story = stories.get(entryId);
    if (story === undefined) stories.set(entryId, [line]);
    else story.push(line);
  }
  return stories;
}

function entryMoments(entry: MemoryEntry, story: Story, { people, to }: Told): readonly Moment[] {
  const { profileId, journeyId, createdAt, enteredAt, finishedAt, outcome, outcomeReason, state } = entry;
  const whose = { profileId: people.get(profileId) ?? profileId, journey: journeyId, step: null };
  const armed = { ...whose, at: createdAt, what: 'armed', reason: null, text: null } as const;
  const entered = { ...whose, at: enteredAt ?? 0, what: 'entered', reason: null, text: sentenceOf(story, ['entered']) } as const;
  const stands = { ...whose, at: to, what: state === 'armed' ? 'idle' : 'under-way', reason: null, text: null } as const;
  return [
    armed,
    ...(enteredAt === null ? [] : [entered]),
    state === 'finished' ? ending(whose, { finishedAt, outcome, outcomeReason }, story) : stands,
  ];
}

function ending(
  whose: Pick<Moment, 'profileId' | 'journey' | 'step'>,
  { finishedAt, outcome, outcomeReason }: Pick<MemoryEntry, 'finishedAt' | 'outcome' | 'outcomeReason'>,
  story: Story,
): Moment {
  const at = finishedAt ?? 0;
  if (outcome === 'not-entered')
    return { ...whose, at, what: 'not-entered', reason: outcomeReason, text: sentenceOf(story, ['not-entered']) };
  const reason = outcome === outcomeReason || outcomeReason === null ? outcome : `${outcome}: ${outcomeReason}`;
  return { ...whose, at, what: 'ended', reason, text: sentenceOf(story, ['exit', 'finished', 'merged']) };
}

const sent: ReadonlySet<string> = new Set(['accepted', 'delivered', 'bounced', 'failed', 'submitting']);

function messageMoments({ verdicts }: Tables, message: MemoryMessage, story: Story, { people, to }: Told): readonly Moment[] {
  const { id, profileId, journeyId, step, state, reason, acceptedAt, updatedAt } = message;
  const whose = { profileId: people.get(profileId) ?? profileId, journey: journeyId ?? '', step };
  const own = story.filter((line) => line.step === step);
  const told = new Map<string, Moment>();
  for (const { at, verdict } of verdicts.where('message', id)) {
    const what = verdict.kind === 'defer' ? 'deferred' : verdict.kind === 'release' ? 'displaced' : null;
    if (what === null || verdict.kind === 'send' || told.has(`${what} ${verdict.reason}`)) continue;
    told.set(`${what} ${verdict.reason}`, { ...whose, at, what, reason: verdict.reason, text: sentenceAt(own, at) });
  }
  const last: Moment = sent.has(state)
    ? { ...whose, at: acceptedAt ?? updatedAt, what: 'sent', reason: null, text: sentenceOf(own, ['submitted', 'outcome']) }
    : state === 'reserved'
      ? { ...whose, at: to, what: 'waiting', reason, text: null }
      : { ...whose, at: updatedAt, what: 'skipped', reason: reason ?? state, text: sentenceAt(own, updatedAt) };
  return [...told.values(), last];
}

function sentenceOf(story: Story, kinds: readonly TraceLine['kind'][]): string | null {
  return story.findLast(({ kind }) => kinds.includes(kind))?.text ?? null;
}

function sentenceAt(story: Story, at: Instant): string | null {
  return story.find((line) => line.kind === 'verdict' && line.at === at)?.text ?? null;
}
