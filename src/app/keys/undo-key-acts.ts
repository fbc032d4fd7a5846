import { objections } from '../../domain/keys/browser-word.js';
import type { Profile } from '../../domain/people/profile.js';
import { type ChangedTraits, undoTraits } from '../../domain/people/undo-traits.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { contactPoints } from '../../projection/contact-points.js';
import type { IdentityBefore } from '../../projection/rows.js';
import type { Trx } from '../../store/db.js';
import { writeEvents } from '../../store/events.js';
import {
  forgetKeyActs,
  type KeyActFilter,
  type KeyActRecord,
  listKeyActs,
  noteUndone,
  readSaidTraits,
  readUndoable,
  type UndoableAct,
  undoClaims,
  undoConsents,
  undoIdentity,
} from '../../store/key-acts.js';
import { lockProfiles, toProfile, writeProfiles } from '../../store/profiles.js';
import { findCanonicalProfile, isErased } from '../../store/profiles-read.js';
import { findWriteKeyById } from '../../store/write-keys.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'shop'>;

/** What a key said of people, the newest first. Null: there is no such key. */
export async function showKeyActs(
  { store }: Pick<AppDeps, 'store'>,
  filter: KeyActFilter,
  page: PageRequest,
): Promise<Page<KeyActRecord> | null> {
  if ((await findWriteKeyById(store.db, filter.keyId)) === null) return null;
  const profileId = filter.profileId === null ? null : ((await findCanonicalProfile(store.db, filter.profileId)) ?? filter.profileId);
  return readPage(
    page,
    ['serial'],
    (limit, after) => listKeyActs(store.db, { ...filter, profileId }, limit, after?.[0] ?? null),
    ({ seq }) => [seq],
  );
}

/** What was undone of one person. */
export interface UndoneOfPerson {
  readonly profileId: string;
  /** Names of traits that are again as they were before; what somebody else has said of one since stays. */
  readonly traits: readonly string[];
  readonly consents: number;
  readonly claims: number;
  readonly ids: number;
  /** Acts of which something was left: refusals and objections, which are undone only where that is asked for. */
  readonly left: number;
}

export interface Undoing {
  readonly keyId: string;
  readonly profileIds: readonly string[];
  readonly since: Instant;
  /** Null: until now. */
  readonly until: Instant | null;
  /** Also what was refused and objected to. It may be the person's own word: without it nobody is written to who said no. */
  readonly alsoRefusals: boolean;
}

/**
 * Takes back what a key said of these people in a stretch of time, a transaction for each of them. Who was erased is passed over. What was
 * sent was sent. Null: there is no such key.
 */
export async function undoKeyActs(deps: Deps, asked: Undoing): Promise<readonly UndoneOfPerson[] | null> {
  if ((await findWriteKeyById(deps.store.db, asked.keyId)) === null) return null;
  const people: UndoneOfPerson[] = [];
  for (const profileId of new Set(asked.profileIds)) {
    const undone = await deps.store.transaction((trx) => undoOfPerson(deps, trx, profileId, asked));
    if (undone !== null) people.push(undone);
  }
  return people;
}

async function undoOfPerson(deps: Deps, trx: Trx, id: string, asked: Undoing): Promise<UndoneOfPerson | null> {
  const canonical = await findCanonicalProfile(trx, id);
  if (canonical === null) return null;
  const [row] = await lockProfiles(trx, [canonical as ProfileId]);
  if (row === undefined || row.erased_at !== null) return null;
  const profile = toProfile(row);
  const filter = { ...asked, profileId: profile.id };
  const acts = await readUndoable(trx, filter);
  if (acts.length === 0) return null;
  const eventsOf = (kind: UndoableAct['kind']): readonly string[] => acts.filter((act) => act.kind === kind).map(({ eventId }) => eventId);

  const { restored, left: leftTraits } = await undoTraitsOf(deps, trx, profile, acts, filter, asked.alsoRefusals);
  const consents = await undoConsents(trx, profile.id, eventsOf('consent'), asked.alsoRefusals);
  const claims = await undoClaims(trx, profile.id, asked.keyId, eventsOf('claim'));
  const ids = await undoIds(trx, profile.id, acts);
  const isLeft = ({ seq, kind, eventId }: UndoableAct): boolean =>
    leftTraits.has(seq) || (kind === 'consent' && consents.left.has(eventId));
  const done = acts.filter((act) => !isLeft(act));
  await noteUndone(
    trx,
    done.map(({ seq }) => seq),
    deps.clock.now(),
  );
  const undone = { traits: restored, consents: consents.undone, claims, ids, left: acts.length - done.length };
  await keepAsEvent(deps, trx, profile.id, asked, undone);
  return { profileId: profile.id, ...undone };
}

async function undoTraitsOf(
  deps: Deps,
  trx: Trx,
  profile: Profile,
  acts: readonly UndoableAct[],
  filter: KeyActFilter,
  alsoRefusals: boolean,
): Promise<{ readonly restored: readonly string[]; readonly left: ReadonlySet<number> }> {
  const spared: ReadonlySet<string> = new Set(alsoRefusals ? [] : objections.filter((name) => profile.traits[name] === false));
  const changes = acts.flatMap(({ seq, kind, kept }) => (kind === 'traits' && isTraits(kept) ? [{ seq, kept }] : []));
  const left = new Set(changes.filter(({ kept }) => kept.changed.some((name) => spared.has(name))).map(({ seq }) => seq));
  if (changes.length === 0) return { restored: [], left };
  const said = new Set((await readSaidTraits(trx, filter)).flatMap(({ at, names }) => names.map((name) => `${at} ${name}`)));
  const { restored, ...traits } = undoTraits(
    profile,
    changes.map(({ kept }): ChangedTraits => ({ ...kept, changed: kept.changed.filter((name) => !spared.has(name)) })),
    (name, at) => said.has(`${at} ${name}`),
  );
  if (restored.length > 0) {
    const reached = restored.some((name) => reaching.has(name)) ? contactPoints(traits.traits, deps.shop.country) : profile;
    const { email, phone } = reached;
    const changed = { ...profile, ...traits, email, phone, updatedAt: deps.clock.now(), traitsChanged: true, engagementChanged: false };
    await writeTogether(trx, { profiles: writeProfiles([changed]) });
  }
  return { restored, left };
}

/** Traits that say where a person is reached. */
const reaching: ReadonlySet<string> = new Set(['email', 'phone', 'country', 'address']);

async function undoIds(trx: Trx, profileId: string, acts: readonly UndoableAct[]): Promise<number> {
  let undone = 0;
  for (const { kind, kept, at } of acts) {
    if (kind !== 'identity' || !isIdentity(kept)) continue;
    const backTo = await stillThere(trx, kept);
    if (await undoIdentity(trx, kept, { profileId, linkedAt: at, backTo })) undone += 1;
  }
  return undone;
}

/** What an erase has emptied is neither. */
function isTraits(kept: UndoableAct['kept']): kept is ChangedTraits {
  return 'changed' in kept;
}

function isIdentity(kept: UndoableAct['kept']): kept is IdentityBefore {
  return 'value' in kept;
}

/** Whose the id was, as they are known now; null: nobody's, or somebody's who was erased. */
async function stillThere(trx: Trx, { was }: IdentityBefore): Promise<string | null> {
  const canonical = was === null ? null : await findCanonicalProfile(trx, was);
  if (canonical === null) return null;
  return (await isErased(trx, canonical)) ? null : canonical;
}

/** An event of the person, which goes when they are erased: what was said of them, and that it was taken back. */
async function keepAsEvent(
  deps: Deps,
  trx: Trx,
  profileId: ProfileId,
  { keyId, since, until, alsoRefusals }: Undoing,
  undone: Omit<UndoneOfPerson, 'profileId'>,
): Promise<void> {
  const at = deps.clock.now();
  const event = { type: 'track' as const, name: 'Key Acts Undone', origin: 'operator', occurredAt: at, receivedAt: at, matched: [] };
  const payload = { keyId, since, until, alsoRefusals, ...undone };
  await writeTogether(trx, { events: writeEvents([{ ...event, messageId: `undo/${deps.newId()}`, profileId, payload }]) });
}

/** As long as somebody may find out what a key did. */
const actsLiveMs = 90 * 86_400_000;
const forgottenAtOnce = 2_000;

/** Forgets acts that nobody undoes any more: they hold what people's traits were. */
export function forgetOldKeyActs({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<void> {
  return forgetKeyActs(store.db, clock.now() - actsLiveMs, forgottenAtOnce);
}
