import { dueBy, recipientDueAt } from '../../domain/messages/broadcast-pace.js';
import { type Instant, minute } from '../../domain/time/instant.js';
import { broadcastJourneyId } from '../../journey/internal.js';
import { type BroadcastCounts, countBroadcast, listRecipients, type RecipientRecord } from '../../store/broadcast-progress.js';
import { type BroadcastRecord, listBroadcasts, readBroadcast } from '../../store/broadcasts.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** How far a broadcast is. */
export interface BroadcastProgress {
  /** The provider took them; `delivered`, `bounced` and `failed` are of these. */
  readonly sent: number;
  readonly delivered: number;
  readonly bounced: number;
  readonly failed: number;
  /** Whether they left is not known. */
  readonly unknown: number;
  /** Under way: they wait for a slot, a queue or their turn. */
  readonly waiting: number;
  /** They have not fallen due. */
  readonly toCome: number;
  readonly skipped: readonly { readonly reason: string; readonly count: number }[];
  /** Erased since, or the same person as another recipient. */
  readonly passedOver: number;
  /** Messages in which a person clicked. */
  readonly clicked: number;
  /** Taken by the provider a minute, over the last five or since it began. */
  readonly perMinute: number;
  /**
   * When the last recipient will have had its turn, by its pace, by what waits for a slot, and as quickly as its letters leave now; null:
   * paused, or at an end.
   */
  readonly expectedEnd: Instant | null;
}

export interface BroadcastStory extends BroadcastRecord {
  readonly journeyId: string;
  readonly progress: BroadcastProgress;
}

const recentMs = 5 * minute;

/** Broadcasts, the newest first. */
export function showBroadcasts(deps: Deps, request: PageRequest): Promise<Page<BroadcastRecord>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listBroadcasts(deps.store.db, { limit, after }),
    (broadcast) => [broadcast.createdAt, broadcast.id],
  );
}

/** Null: no such broadcast. */
export async function showBroadcast(deps: Deps, id: string): Promise<BroadcastStory | null> {
  const broadcast = await readBroadcast(deps.store.db, id);
  if (broadcast === null) return null;
  const journeyId = broadcastJourneyId(id);
  const now = deps.clock.now();
  const counts = await countBroadcast(deps.store.db, { id, journeyId, recentSince: now - recentMs, now });
  return { ...broadcast, journeyId, progress: progressOf(broadcast, counts, now) };
}

/** Whom it is for, by position, each with what has become of the message. Null: no such broadcast. */
export async function showRecipients(deps: Pick<Deps, 'store'>, id: string, request: PageRequest): Promise<Page<RecipientRecord> | null> {
  const broadcast = await readBroadcast(deps.store.db, id);
  if (broadcast === null) return null;
  const { channel } = broadcast.settings;
  return readPage(
    request,
    ['serial'],
    (limit, after) => listRecipients(deps.store.db, { id, channel }, { limit, after: after === null ? null : after[0] }),
    ({ position }) => [position],
  );
}

const endedBefore: ReadonlySet<string> = new Set(['skipped', 'released', 'withheld']);

function progressOf(broadcast: BroadcastRecord, counts: BroadcastCounts, now: Instant): BroadcastProgress {
  const perMinute = perMinuteOf(broadcast, counts, now);
  const inState = (...states: readonly string[]): number =>
    counts.messages.reduce((sum, { state, count }) => (states.includes(state) ? sum + count : sum), 0);
  const skipped = new Map<string, number>();
  for (const { state, reason, count } of counts.messages) {
    if (!endedBefore.has(state)) continue;
    const told = reason ?? state;
    skipped.set(told, (skipped.get(told) ?? 0) + count);
  }
  return {
    sent: inState('accepted', 'delivered', 'bounced', 'failed'),
    delivered: inState('delivered'),
    bounced: inState('bounced'),
    failed: inState('failed'),
    unknown: inState('unknown'),
    waiting: counts.underWay,
    toCome: broadcast.state === 'cancelled' ? 0 : broadcast.total - broadcast.enrolled,
    skipped: [...skipped].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    passedOver: counts.passedOver,
    clicked: counts.clicked,
    perMinute,
    expectedEnd: broadcast.state === 'running' ? expectedEnd(broadcast, counts, { now, perMinute }) : null,
  };
}

/** The first seconds say little. */
const leastMs = 10_000;

function perMinuteOf({ startsAt }: BroadcastRecord, { recent }: BroadcastCounts, now: Instant): number {
  const overMs = Math.min(recentMs, Math.max(leastMs, now - startsAt));
  return Math.round((recent * minute) / overMs);
}

function expectedEnd(
  { startsAt, settings, total, enrolled }: BroadcastRecord,
  { lastDueAt, dueNow }: BroadcastCounts,
  { now, perMinute }: { readonly now: Instant; readonly perMinute: number },
): Instant | null {
  const pace = { startsAt, overMs: settings.overMs, total };
  const paced = enrolled < total ? recipientDueAt(pace, total - 1) : null;
  // Those who have fallen due and whose letter has not left.
  const behind = dueNow + Math.max(0, dueBy(pace, now) - enrolled);
  const caughtUp = behind > 0 && perMinute > 0 ? now + Math.ceil((behind * minute) / perMinute) : null;
  const ends = [paced, lastDueAt, caughtUp].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.max(...ends);
}
