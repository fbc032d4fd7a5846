import { spellingsOf, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { widestCapMs } from '../../domain/gate/caps-for.js';
import { open } from '../../domain/keys/sealed.js';
import { addressOf, channels, costlyCountryOf } from '../../domain/messages/channel.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import type { Instant } from '../../domain/time/instant.js';
import { settledBefore } from '../../domain/tracking/human-click.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { askedSources } from '../../knowledge/load.js';
import type { Trx } from '../../store/db.js';
import { loadPinnedDefinition } from '../../store/live-journeys.js';
import { lockAndReadFacts, lockTurn, readTurnFacts, type TurnQuestion, type TurnRead } from '../../store/turn-snapshot.js';
import { lockManyTurns, readManyTurnFacts } from '../../store/turn-snapshots.js';
import { pausesOf } from '../../turn/pauses.js';
import type { TurnProfile, TurnRows, TurnWorld } from '../../turn/world.js';
import type { AppDeps } from '../deps.js';

/** A world as it was read, and the keys of all pauses that were in force then. */
export interface SeenWorld {
  readonly world: TurnWorld;
  readonly pauses: readonly string[];
}

/** Reads the rest without locks: what a turn would find. The locked turn decides for itself. One statement. */
export async function readWorld(deps: AppDeps, rows: TurnRows): Promise<TurnWorld> {
  const definition = await loadPinnedDefinition(deps.store.db, rows.entry);
  return complete(deps, rows, definition, await readTurnFacts(deps.store.db, questionOf(deps, rows, definition))).world;
}

/**
 * Locks profile, cart and entry, always in this order, and reads everything else after the locks. Null: the entry has moved to another
 * profile or cart since
 * `seen` was read, so other rows must be locked: the caller starts again. Two statements in one round trip: the facts are read for the
 * state in `seen`, and once more in the rare case that it had changed.
 */
export async function lockWorld(deps: AppDeps, trx: Trx, seen: TurnRows): Promise<SeenWorld | null> {
  const asked = questionOf(deps, seen, await loadPinnedDefinition(trx, seen.entry));
  const locked = await lockTurn(trx, seen.entry, asked);
  if (locked === null) return null;
  const definition = await loadPinnedDefinition(trx, locked.rows.entry);
  const read = isStillAsked(seen, asked, locked.rows) ? locked : await lockAndReadFacts(trx, questionOf(deps, locked.rows, definition));
  return complete(deps, locked.rows, definition, read);
}

/** As `readWorld`, of several entries of one journey. Those whose facts could not be read together are left out. One statement. */
export async function readWorlds(deps: AppDeps, rows: readonly TurnRows[]): Promise<readonly TurnWorld[]> {
  const asked = await questionsOf(deps, deps.store.db, rows);
  const read = await readManyTurnFacts(
    deps.store.db,
    asked.map(({ question }) => question),
  );
  return asked.flatMap(({ rows, definition, question }) => {
    const facts = read.get(question.entry.id);
    return facts === undefined ? [] : [complete(deps, rows, definition, facts).world];
  });
}

/**
 * As `lockWorld`, of several entries: two statements in one round trip. One that is gone, has moved, or about whom something else would
 * have to be asked by now is left out: nothing is done to it.
 */
export async function lockWorlds(deps: AppDeps, trx: Trx, seen: readonly TurnRows[]): Promise<readonly SeenWorld[]> {
  const asked = await questionsOf(deps, trx, seen);
  const locked = await lockManyTurns(
    trx,
    asked.map(({ rows }) => rows.entry),
    asked.map(({ question }) => question),
  );
  return asked.flatMap(({ rows, definition, question }) => {
    const turn = locked.get(rows.entry.id);
    return turn === undefined || !isStillAsked(rows, question, turn.rows) ? [] : [complete(deps, turn.rows, definition, turn)];
  });
}

/** A journey that asks for knowledge has columns of its own in the statement: it is asked one by one. */
async function questionsOf(deps: AppDeps, db: AppDeps['store']['db'] | Trx, all: readonly TurnRows[]) {
  const asked = await Promise.all(
    all.map(async (rows) => {
      const definition = await loadPinnedDefinition(db, rows.entry);
      return { rows, definition, question: questionOf(deps, rows, definition) };
    }),
  );
  return asked.filter(({ question }) => question.asked.length === 0);
}

/**
 * Would the question be the same by what is locked? Instants may lie further back in what was asked, by the wait for the locks: the reader
 * of the facts looks at windows of their own. Hashes and the country of a number follow from the addresses.
 */
function isStillAsked(seen: TurnRows, { engagedAt }: TurnQuestion, { entry, profile }: TurnRows): boolean {
  return (
    seen.entry.definitionHash === entry.definitionHash &&
    channels.every((channel) => addressOf(seen.profile, channel) === addressOf(profile, channel)) &&
    engagedAt === profile.engagement.engagedAt
  );
}

/** Never before what the profile has already seen: time does not go back between turns. */
function instantOf(deps: AppDeps, profile: TurnProfile): Instant {
  return Math.max(deps.clock.now(), profile.lastInstant);
}

function questionOf(deps: AppDeps, { entry, profile }: TurnRows, definition: JourneyDefinition): TurnQuestion {
  const at = instantOf(deps, profile);
  const policies = deps.policies.current();
  return {
    entry,
    profileId: profile.id,
    asked: askedSources(definition, at, (name, sealed) => open(deps.secret, name, sealed)),
    messagesSince: at - widestCapMs(policies.caps),
    at,
    engagedAt: profile.engagement.engagedAt,
    settledBefore: settledBefore(policies.engagement.humans, at, deps.clock.rate),
    textCountry: costlyCountryOf(profile),
    textsAtMost: deps.shop.texts.perHour,
    email: profile.email,
    phone: profile.phone,
    addressHashes: addressesOf(deps.secret, profile),
    suppressionHashes: byChannel(suppressionKeys(deps.secret, profile)),
    unsubscribeHashes: byChannel(unsubscribeKeys(deps.secret, profile)),
  };
}

function byChannel(keys: ReturnType<typeof suppressionKeys>): TurnQuestion['suppressionHashes'] {
  return Object.fromEntries(keys.map((key) => [key.channel, spellingsOf(key)]));
}

/** Keyed hashes of all that a person's addresses may be written as: ascending, the order in which they are locked. */
export function addressesOf(secret: AppDeps['secret'], profile: Addressed): readonly string[] {
  return suppressionKeys(secret, profile).flatMap(spellingsOf).toSorted();
}

/** The instant is read here, after the lock. */
function complete(deps: AppDeps, rows: TurnRows, definition: JourneyDefinition, { facts, pauses }: TurnRead): SeenWorld {
  const world: TurnWorld = {
    ...rows,
    definition,
    facts,
    pauses: pausesOf(pauses, rows.entry.journeyState === 'paused'),
    at: instantOf(deps, rows.profile),
    rate: deps.clock.rate,
    policies: deps.policies.current(),
    shop: deps.shop,
    secret: deps.secret,
  };
  return { world, pauses };
}
