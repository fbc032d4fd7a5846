import { segmentsOf } from '../../definitions/segment/in-force.js';
import { judgeSegments } from '../../definitions/segment/review.js';
import { reasonsOf } from '../../definitions/segment/segment.js';
import { open } from '../../domain/keys/sealed.js';
import { day, type Instant } from '../../domain/time/instant.js';
import { askedOf } from '../../knowledge/load.js';
import { findCanonicalProfile } from '../../store/profiles-read.js';
import {
  type MemberRow,
  membersOf,
  newestFills,
  readLiveSegments,
  readSegmentPeople,
  readSizeHistory,
  readSizes,
  type SegmentSize,
} from '../../store/segments.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';
import { factsOf, fillOf } from './review-people.js';

/** Where a person stands in one segment. */
export interface SegmentPlace {
  readonly id: string;
  readonly name: string;
  readonly isMember: boolean;
  readonly since: Instant | null;
  /** How each condition of it is judged now. */
  readonly because: readonly string[];
  /** When this may change although nothing happens; null: never. */
  readonly changesAt: Instant | null;
}

/** Where a person stands in each segment in force, and why. Null: no such person. */
export async function explainSegments(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies' | 'secret'>,
  profileId: string,
): Promise<{ readonly profileId: string; readonly at: Instant; readonly segments: readonly SegmentPlace[] } | null> {
  const { db } = deps.store;
  const id = await findCanonicalProfile(db, profileId);
  if (id === null) return null;
  const at = deps.clock.now();
  const segments = segmentsOf(await readLiveSegments(db));
  const [person] = await readSegmentPeople(
    db,
    [id],
    askedOf(segments.needs, at, (name, sealed) => open(deps.secret, name, sealed)),
  );
  if (person === undefined) return null;
  const facts = factsOf(person, deps.policies.current().topics, at);
  return {
    profileId: person.id,
    at,
    segments: judgeSegments(segments.live, facts).map(({ segment: { definition }, isMember, changesAt, facts: by }) => ({
      id: definition.id,
      name: definition.name,
      isMember,
      because: reasonsOf(definition, by),
      changesAt,
      since: person.memberOf.get(definition.id) ?? null,
    })),
  };
}

/** How large each segment in force is and was, and how far its definition has been applied. */
export async function showSegmentSizes({
  store,
  clock,
}: Pick<AppDeps, 'store' | 'clock'>): Promise<
  readonly (SegmentSize & { readonly name: string; readonly version: number; readonly seen: number; readonly isFilled: boolean })[]
> {
  const now = clock.now();
  const live = await readLiveSegments(store.db);
  const sizes = await readSizes(store.db, { ids: live.map(({ definition }) => definition.id), dayAgo: now - day, weekAgo: now - 7 * day });
  const fills = await newestFills(store.db);
  return live.flatMap((segment) => {
    const { definition, version } = segment;
    const size = sizes.find(({ id }) => id === definition.id);
    const fill = fillOf(segment, fills);
    const seen = fill?.seen ?? 0;
    return size === undefined
      ? []
      : [{ ...size, name: definition.name, version, seen, isFilled: fill !== undefined && fill.finishedAt !== null }];
  });
}

/** How large a segment was on each of these days, the oldest first. Null: it is not in force. */
export async function showSizeHistory(
  { store, clock }: Pick<AppDeps, 'store' | 'clock'>,
  segmentId: string,
  days: number,
): Promise<readonly { readonly at: Instant; readonly size: number }[] | null> {
  const live = await readLiveSegments(store.db);
  if (!live.some(({ definition }) => definition.id === segmentId)) return null;
  return readSizeHistory(store.db, segmentId, clock.now() - days * day);
}

/** Who belongs to it, by profile id. */
export function showMembers({ store }: Pick<AppDeps, 'store'>, segmentId: string, request: PageRequest): Promise<Page<MemberRow>> {
  return readPage(
    request,
    ['id'],
    (limit, after) => membersOf(store.db, segmentId, { limit, after: after === null ? null : after[0] }),
    ({ profileId }) => [profileId],
  );
}
