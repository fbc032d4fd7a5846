import { dueBy, recipientDueAt } from '../../domain/messages/broadcast-pace.js';
import type { TemplateHead } from '../../domain/messages/template.js';
import type { Policies } from '../../domain/policy/policies.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryId, ProfileId } from '../../domain/values/ids.js';
import { type BroadcastTiming, broadcastDeadline, broadcastSend, enrolAheadRealMs, enrolRecipients } from '../../journey/broadcast.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { broadcastJourney, broadcastJourneyId, messageJourney, type OpenedEntry } from '../../journey/internal.js';
import { messageEntry, messageSend, type OwnMessage } from '../../journey/own-message.js';
import { justMade, type MemoryBroadcast, type MemoryEntry, type Tables, versionKey } from './tables.js';

/** Asks for a message of the shop's own, as `POST /v1/messages` does. */
export function sendOwnMessage(
  tables: Tables,
  policies: Policies,
  asked: { readonly template: TemplateHead; readonly message: OwnMessage; readonly profileId: ProfileId },
  { id, now }: { readonly id: EntryId; readonly now: Instant },
): void {
  const { template, message, profileId } = asked;
  const at = Math.max(now, tables.profiles.get(profileId)?.lastInstant ?? now);
  const send = messageSend(policies.classes, template, message);
  const version = freeze(tables, messageJourney(send));
  open(tables, messageEntry(send, message, { id, profileId, version, at }));
}

/** Starts a broadcast: `enrolDue` gives its recipients their entries. */
export function startBroadcast(
  tables: Tables,
  policies: Policies,
  asked: {
    readonly id: string;
    readonly name: string;
    readonly template: TemplateHead;
    readonly timing: BroadcastTiming;
    readonly priority: number | null;
    readonly data: Readonly<Record<string, unknown>>;
    readonly to: readonly ProfileId[];
  },
  at: Instant,
): void {
  const { id, name, template, timing, priority, data, to } = asked;
  const startsAt = timing.startsAt ?? at;
  const version = freeze(tables, broadcastJourney(id, name, broadcastSend(policies.classes, template, priority)));
  const pace = { startsAt, overMs: timing.overMs, total: to.length };
  const deadlineAt = broadcastDeadline(timing, startsAt);
  tables.broadcasts.set(id, { id, version, data, deadlineAt, createdAt: at, pace, recipients: to, enrolled: 0 });
}

/** When the next recipient of a broadcast gets an entry; null: none is to come. */
export function nextEnrolment(tables: Tables): Instant | null {
  const next = [...tables.broadcasts.values()].flatMap(({ pace, recipients, enrolled, createdAt }) =>
    enrolled < recipients.length ? [Math.max(createdAt, recipientDueAt(pace, enrolled) - enrolAheadRealMs)] : [],
  );
  return next.length === 0 ? null : Math.min(...next);
}

/** Gives the recipients who fall due soon their entries. */
export function enrolDue(tables: Tables, now: Instant, newId: () => string): void {
  for (const broadcast of tables.broadcasts.values()) {
    const due = dueBy(broadcast.pace, now + enrolAheadRealMs);
    if (due > broadcast.enrolled) enrolTo(tables, broadcast, due, newId);
  }
}

function enrolTo(tables: Tables, broadcast: MemoryBroadcast, due: number, newId: () => string): void {
  const batch = broadcast.recipients
    .slice(broadcast.enrolled, due)
    .map((profileId, place) => ({ position: broadcast.enrolled + place, profileId, data: null }));
  const canonical = new Map(batch.map(({ profileId }) => [profileId, canonicalOf(tables, profileId)]));
  const journeyId = broadcastJourneyId(broadcast.id);
  const hasEntry = (id: ProfileId): boolean => tables.entries.where('profile', id).some((entry) => entry.journeyId === journeyId);
  const there = new Set([...canonical.values()].filter(hasEntry));
  const { opened } = enrolRecipients(broadcast, batch, { canonical, erased: new Set(), there }, newId);
  for (const entry of opened) open(tables, entry);
  tables.broadcasts.set(broadcast.id, { ...broadcast, enrolled: due });
}

function canonicalOf(tables: Tables, id: ProfileId): ProfileId {
  const into = tables.mergedInto.get(id);
  return into === undefined ? id : canonicalOf(tables, into);
}

function open(tables: Tables, { state: data, ...entry }: OpenedEntry): void {
  tables.addEntry({ ...entry, data, ...newlyOpened });
}

const newlyOpened = {
  ...justMade,
  about: [],
  state: 'open',
  activity: 'waiting',
  instruction: { kind: 'wait', summary: 'due' },
} as const satisfies Partial<MemoryEntry>;

/** The version of a journey of Sojourn's own that says this. */
function freeze(tables: Tables, definition: JourneyDefinition): number {
  const { id } = definition;
  const said = JSON.stringify(definition);
  let version = 1;
  for (
    let known = tables.versions.get(versionKey(id, version));
    known !== undefined;
    known = tables.versions.get(versionKey(id, version))
  ) {
    if (JSON.stringify(known) === said) return version;
    version += 1;
  }
  tables.versions.set(versionKey(id, version), definition);
  const standing = tables.journeys.get(id) ?? { id, state: 'active', pausedAt: null, isInternal: true };
  tables.journeys.set(id, { ...standing, version, definition });
  return version;
}
