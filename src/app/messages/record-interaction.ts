import { mayProfile } from '../../domain/engagement/facts.js';
import { interactionSignal, signalKey } from '../../domain/engagement/interaction-signal.js';
import { type EngagementState, parseEngagement, recordSignal, takeBackSignal } from '../../domain/engagement/state.js';
import type { Fact } from '../../domain/events/fact.js';
import { leadsToShop } from '../../domain/shop/shop-address.js';
import type { Instant } from '../../domain/time/instant.js';
import {
  humanLimits,
  type InteractionKind,
  judgeInteraction,
  type PastInteraction,
  settledBefore,
} from '../../domain/tracking/human-click.js';
import { mayTrack } from '../../domain/tracking/tracking.js';
import { readTracked } from '../../domain/tracking/tracking-token.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { findNewestGrant } from '../../store/engagement.js';
import {
  insertInteraction,
  listPendingInteractions,
  readInteractions,
  readTrackedMessage,
  type SettledInteraction,
  settleInteractions,
  type TrackedMessage,
} from '../../store/interactions.js';
import { lockProfiles, writeEngagement } from '../../store/profiles.js';
import { findMessageOwner } from '../../store/receipts.js';
import { writeTogether } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { tellFacts } from '../ingest/tell-facts.js';

type RecordDeps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'policies' | 'log' | 'metrics'>;
type SettleDeps = Pick<AppDeps, 'store' | 'clock' | 'policies' | 'log' | 'metrics' | 'newId' | 'notifyRelay' | 'segments'>;

/** Who comes, as the request tells it; judged and forgotten. */
export interface Visitor {
  readonly isHead: boolean;
  readonly userAgent: string | null;
}

/** More of one message are not kept: a program that goes round in circles. */
const keptOfMessage = 100;
/** Messages that are settled at once. */
const settledAtOnce = 100;

/**
 * The target of one of our links: the address with which the message was sent. Records the click before it returns; a fault there does not
 * prevent the redirect. `elsewhere`: a message of an earlier build may hold an address that does not lead to the shop; nobody is led there
 * without knowing. Null: a forged token, or a message without such a link (erased, or never tracked).
 */
export async function followLink(
  deps: RecordDeps & Pick<AppDeps, 'publicUrl'>,
  token: string,
  visitor: Visitor,
): Promise<{ readonly kind: 'shop' | 'elsewhere'; readonly address: string } | null> {
  const part = readTracked(deps.secret, token);
  if (part === null || part.link === null) return null;
  const message = await readTrackedMessage(deps.store.db, part.messageId);
  const address = message?.links[part.link];
  if (message === null || address === undefined) return null;
  await record(deps, message, { kind: 'click', link: part.link }, visitor);
  const isShop = leadsToShop(deps.shop.hosts, address) || address.startsWith(`${deps.publicUrl}/c/`) || address === deps.shop.siteUrl;
  return { kind: isShop ? 'shop' : 'elsewhere', address };
}

/** The picture of a message was fetched. Never throws: it is answered alike whatever comes of it. */
export async function recordOpen(deps: RecordDeps, token: string, visitor: Visitor): Promise<void> {
  const part = readTracked(deps.secret, token);
  if (part === null || part.link !== null) return;
  try {
    const message = await readTrackedMessage(deps.store.db, part.messageId);
    if (message !== null) await record(deps, message, { kind: 'open', link: null }, visitor);
  } catch (error) {
    complain(deps, part.messageId, error);
  }
}

async function record(
  deps: RecordDeps,
  message: TrackedMessage,
  what: { readonly kind: InteractionKind; readonly link: number | null },
  { isHead, userAgent }: Visitor,
): Promise<void> {
  const { tracking, humans } = deps.policies.current().engagement;
  try {
    const judged = await deps.store.transaction(async (trx) => {
      const [profile] = await lockProfiles(trx, [message.profileId]);
      // After a person takes back the consent, nothing more is recorded, but the links still work.
      if (profile === undefined || !mayTrack(tracking, profile, deps.shop)) return null;
      const past = await readInteractions(trx, message.id);
      if (past.length >= keptOfMessage) return null;
      const at = deps.clock.now();
      const hit = { ...what, isHead, userAgent, at, deliveredAt: message.deliveredAt };
      const judgement = judgeInteraction(hit, past, humanLimits(humans, deps.clock.rate));
      await insertInteraction(trx, { messageId: message.id, profileId: profile.id, ...what, ...judgement, at });
      const wrong = past.filter(({ seq, verdict }) => verdict === 'human' && judgement.unmasked.includes(seq));
      if (wrong.length > 0) await takeBack(deps, trx, { ...profile, id: message.profileId }, message.id, wrong, past);
      return judgement;
    });
    if (judged?.verdict === 'machine') deps.metrics.interaction(what.kind, 'machine', judged.reason);
  } catch (error) {
    complain(deps, message.id, error);
  }
}

/**
 * What a person was given for opens and clicks that were a machine's is taken back, unless the same day of the same message has one that
 * was theirs. What journeys did meanwhile is done.
 */
async function takeBack(
  deps: RecordDeps,
  trx: Trx,
  profile: { readonly id: ProfileId; readonly engagement: unknown },
  messageId: string,
  wrong: readonly PastInteraction[],
  past: readonly PastInteraction[],
): Promise<void> {
  const policy = deps.policies.current().engagement;
  const keyOf = ({ kind, at }: PastInteraction): string => signalKey(kind, messageId, at);
  const kept = new Set(past.filter((one) => one.verdict === 'human' && !wrong.includes(one)).map(keyOf));
  const keys = new Set(wrong.toReversed().map(keyOf));
  const before = parseEngagement(profile.engagement);
  const after = [...keys].filter((key) => !kept.has(key)).reduce((state, key) => takeBackSignal(state, key, policy), before);
  if (after !== before) await writeTogether(trx, { profiles: writeEngagement(profile.id, after) });
}

/**
 * Opens and clicks without a sign of a machine become a person's: they count for engagement, and journeys get them. Called every few
 * seconds; readers in between treat them as a person's by their age. Returns their number.
 */
export async function settlePendingInteractions(deps: SettleDeps): Promise<number> {
  const now = deps.clock.now();
  const before = settledBefore(deps.policies.current().engagement.humans, now, deps.clock.rate);
  let settled = 0;
  for (const messageId of await listPendingInteractions(deps.store.db, before, settledAtOnce)) {
    try {
      settled += await deps.store.transaction((trx) => settle(deps, trx, messageId, { before, now }));
    } catch (error) {
      complain(deps, messageId, error);
    }
  }
  if (settled > 0) deps.notifyRelay();
  return settled;
}

async function settle(
  deps: SettleDeps,
  trx: Trx,
  messageId: string,
  { before, now }: { readonly before: Instant; readonly now: Instant },
): Promise<number> {
  const owner = await findMessageOwner(trx, messageId);
  if (owner === null) return 0;
  const [profile] = await lockProfiles(trx, [owner]);
  // Read after the lock: a merge that came between has given the message to somebody else.
  const message = await readTrackedMessage(trx, messageId);
  if (profile === undefined || message === null) return 0;
  const settled = await settleInteractions(trx, messageId, before);
  if (settled.length === 0) return 0;

  const consentAt = settled.some(({ kind }) => kind === 'open') ? await findNewestGrant(trx, profile.id) : null;
  const engagement = mayProfile(profile.traits) ? engagementAfter(deps, profile.engagement, { messageId, consentAt }, settled) : null;
  const { entryId } = message;
  await tellFacts(trx, deps, {
    facts: settled.map((one) => ({ fact: factOf(message, one), trigger: true })),
    people: [{ id: message.profileId, lastInstant: now, ...(engagement === null ? {} : { engagement }) }],
    inputs:
      entryId === null || !message.entryIsLive
        ? []
        : settled.map(({ kind, at }) => ({ entryId, input: { kind: 'receipt', messageId: message.id, status: statusOf[kind], at } })),
  });
  for (const { kind } of settled) deps.metrics.interaction(kind, 'human', null);
  return settled.length;
}

const statusOf = { open: 'opened', click: 'clicked' } as const;

function engagementAfter(
  deps: Pick<AppDeps, 'policies'>,
  before: unknown,
  { messageId, consentAt }: { readonly messageId: string; readonly consentAt: Instant | null },
  settled: readonly SettledInteraction[],
): EngagementState {
  const policy = deps.policies.current().engagement;
  return settled.reduce(
    (state, { kind, at }) => recordSignal(state, { ...interactionSignal(kind, messageId, at), consentAt }, at, policy),
    parseEngagement(before),
  );
}

function factOf(message: TrackedMessage, { seq, kind, link, at }: SettledInteraction): Fact {
  const { id, profileId, channel, journeyId, step } = message;
  const url = link === null ? null : (message.links[link] ?? null);
  return {
    name: `message.${statusOf[kind]}`,
    profileId,
    at,
    eventId: `interaction/${seq}`,
    properties: { message_id: id, channel, journey: journeyId, step, ...(kind === 'click' ? { link, url } : {}) },
  };
}

function complain(deps: Pick<AppDeps, 'log'>, messageId: string, error: unknown): void {
  deps.log.error({ messageId, error: error instanceof Error ? error.name : 'unknown' }, 'An open or a click could not be recorded.');
}
