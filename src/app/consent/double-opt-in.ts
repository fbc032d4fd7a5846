import { heldTo } from '../../domain/consent/address-refusal.js';
import { afterAll, type ConsentProof, type ConsentRecord, hasConsent, judgeConsent, type NotAsked } from '../../domain/consent/consent.js';
import {
  askAgainAfterMs,
  confirmations,
  confirmWithinMs,
  forgetAfterMs,
  openRequests,
  remindAfterMs,
} from '../../domain/consent/double-opt-in.js';
import { type AddressKey, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { addressOf, type Channel, channelKind, channels } from '../../domain/messages/channel.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import { localeOf } from '../../domain/people/own-words.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import { day, type Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { languageOf } from '../../domain/values/language-tag.js';
import {
  claimRequest,
  expirePending,
  findDuePending,
  findRequest,
  forgetRequests,
  forgetTraces,
  noteConfirmed,
  noteRequested,
} from '../../store/consents.js';
import type { Trx } from '../../store/db.js';
import { lockCanonical } from '../../store/profiles.js';
import { type ConsentActRecord, findCanonicalProfile, readConsents, readProfile, readSuppressions } from '../../store/profiles-read.js';
import { liftByConfirmation } from '../../store/suppressions.js';
import { readTemplateHead } from '../../store/templates.js';
import { readUnsubscribes } from '../../store/unsubscribes.js';
import type { AppDeps } from '../deps.js';
import { findHolders } from '../ingest/shared-addresses.js';
import { linkOf } from '../messages/render-message.js';
import { askForMessage } from '../messages/send-message.js';
import { writeConsentActs } from './record-consents.js';

/** The owner of such an address, or an operator, said no to us: no form asks there again. Their own YES or START still counts. */
const neverAsked = ['complained', 'stopped', 'manual'] as const satisfies readonly NotAsked[];

/** People of one round. */
const roundSize = 50;
/** Proof that is personal data is kept for so long. */
const tracesMs = 2 * 365 * day;
const tracesAtOnce = 500;

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'newId' | 'policies' | 'publicUrl' | 'log' | 'notifyRelay' | 'shop' | 'segments'>;

/**
 * One round of upkeep for consents: sends requests for confirmation and one reminder; lets unconfirmed acts expire after 30 days; deletes
 * the addresses and browsers that proved a yes after 24 months. Safe at any time, in several processes. Returns the number of people.
 */
export async function tendConsents(deps: Deps): Promise<number> {
  const now = deps.clock.now();
  const due = await findDuePending(deps.store.db, {
    remindedBefore: now - remindAfterMs,
    remindAfterMs,
    forgottenBefore: now - forgetAfterMs,
    limit: roundSize,
  });
  const ready = due.length === 0 ? null : await publishedTemplates(deps);
  let tended = 0;
  for (const { profileId, channel } of due) {
    if (await deps.store.transaction((trx) => tend(deps, trx, profileId as ProfileId, channel, ready?.has(channel) === true))) tended += 1;
  }
  if (tended > 0) deps.notifyRelay();
  await forgetTraces(deps.store.db, now - tracesMs, tracesAtOnce);
  await forgetRequests(deps.store.db, now - askAgainAfterMs);
  return tended;
}

/** Channels on which it can be asked at all. Where the template is missing, requests wait until it is published. */
async function publishedTemplates({ store, log }: Pick<Deps, 'store' | 'log'>): Promise<ReadonlySet<Channel>> {
  const ready = new Set<Channel>();
  for (const channel of channels) {
    const id = channelKind(channel).templates.confirm;
    if (id === null) continue;
    if ((await readTemplateHead(store.db, id)) !== null) ready.add(channel);
    else log.warn({ template: id }, 'Consents wait for their confirmation, and the template that asks for it is not published.');
  }
  return ready;
}

/** False: there was nothing to do, or nothing that can be done yet. */
async function tend(deps: Deps, trx: Trx, id: ProfileId, channel: Channel, mayAsk: boolean): Promise<boolean> {
  const { profiles, canonical } = await lockCanonical(trx, [id]);
  const profile = profiles.find((one) => one.id === canonical.get(id));
  if (profile === undefined) return false;
  const now = deps.clock.now();
  const { topics } = deps.policies.current();
  const records = await readConsents(trx, profile.id);
  const pending = records.filter((act) => act.channel === channel && isWaiting(act));
  const held = heldTo(records, await readUnsubscribes(trx, unsubscribeKeys(deps.secret, profile)));
  const open = new Set<ConsentRecord>(openRequests(held));
  const stands = (act: ConsentActRecord) => judgeConsent(held, channel, act.topic, now, topics).cause === 'granted';
  const alive = pending.filter((act) => open.has(act) && now - act.at < forgetAfterMs && !stands(act));
  const given = pending.filter((act) => !alive.includes(act));
  await expirePending(
    trx,
    given.map(({ seq }) => seq),
  );

  const unasked = alive.filter((act) => act.requestedAt === null);
  const unreminded = alive.filter(
    (act) => act.requestedAt !== null && now - act.requestedAt >= remindAfterMs && act.requestedAt < act.at + remindAfterMs,
  );
  const asking = unasked.length > 0 ? unasked : unreminded;
  if (asking.length === 0) return given.length > 0;
  const address = addressKey(deps, profile, channel);
  if (address === null) {
    // It waits for one.
    await noteRequested(trx, seqsOf(asking), null);
    return given.length > 0;
  }
  const [suppression] = await readSuppressions(trx, [address]);
  const barred = neverAsked.find((reason) => reason === suppression?.reason);
  if (barred !== undefined) {
    await noteRequested(trx, seqsOf(asking), now, barred);
    return true;
  }
  if (!mayAsk) return given.length > 0;
  // A person who signs up twice in a day, under any name, gets one message: it confirms all.
  const askedAt = await claimRequest(trx, address, { at: now, since: now - askAgainAfterMs });
  if (askedAt !== null) {
    await noteRequested(trx, seqsOf(asking), askedAt, 'asked-already');
    return true;
  }
  await ask(deps, trx, { profileId: profile.id, locale: localeOf(profile.traits), channel, address, acts: alive, now, topics });
  await noteRequested(trx, seqsOf(alive), now);
  return true;
}

/** Under which key the address of this person on the channel is known; null: they have none. */
function addressKey({ secret }: Pick<Deps, 'secret'>, profile: Addressed, channel: Channel): AddressKey | null {
  return suppressionKeys(secret, profile).find((key) => key.channel === channel) ?? null;
}

function isWaiting({ state, method, confirmedAt }: ConsentActRecord): boolean {
  return state === 'pending' && method !== 'import' && confirmedAt === null;
}

async function ask(
  deps: Deps,
  trx: Trx,
  request: {
    readonly profileId: ProfileId;
    readonly locale: string | null;
    readonly channel: Channel;
    readonly address: AddressKey;
    readonly acts: readonly ConsentActRecord[];
    readonly now: Instant;
    readonly topics: TopicPolicy;
  },
): Promise<void> {
  const { profileId, locale, channel, address, acts, now, topics } = request;
  const template = channelKind(channel).templates.confirm;
  if (template === null) return;
  const newest = Math.max(...seqsOf(acts));
  const data = {
    topics: namesOf(topics, acts, locale ?? deps.shop.locale),
    confirmUrl: linkOf(deps, 'confirm', requestId(newest, now, address)),
  };
  await askForMessage(deps, trx, {
    profileId,
    template,
    data: () => data,
    topic: null,
    priority: null,
    deadline: null,
  });
}

interface Link {
  readonly seq: number;
  readonly askedAt: Instant;
  /** How the keyed hash of the address begins that was asked. */
  readonly mark: string;
}

const markLength = 16;

/** Which act a link confirms, with all that waited beside it then; when it was made (seconds since 1970, base 36); and who was asked. */
function requestId(seq: number, at: Instant, { hash }: AddressKey): string {
  return `${seq}-${secondsOf(at).toString(36)}-${hash.slice(0, markLength)}`;
}

function readRequestId(id: string): Link | null {
  const [, seq, seconds, mark] = /^(\d{1,15})-([0-9a-z]{1,9})-([0-9a-f]{16})$/.exec(id) ?? [];
  if (seq === undefined || seconds === undefined || mark === undefined) return null;
  return { seq: Number(seq), askedAt: Number.parseInt(seconds, 36) * 1000, mark };
}

function secondsOf(at: Instant): number {
  return Math.floor(at / 1000);
}

function namesOf(topics: TopicPolicy, acts: readonly ConsentActRecord[], locale: string): readonly string[] {
  const language = languageOf(locale);
  const asked = new Set(acts.map(({ topic }) => topic));
  return [...asked].map((id) => {
    const name = topics.topics.find((topic) => topic.id === id)?.name;
    return name?.[language] ?? name?.['en'] ?? id;
  });
}

function seqsOf(acts: readonly ConsentActRecord[]): readonly number[] {
  return acts.map(({ seq }) => seq);
}

/**
 * What the link of a request is good for. `open`: a POST confirms these topics. `isBarred`: it is confirmed, and nothing may be sent there
 * all the same.
 */
export type ConfirmationPage =
  | { readonly kind: 'open'; readonly locale: string | null; readonly topics: readonly string[] }
  | { readonly kind: 'confirmed'; readonly locale: string | null; readonly isBarred: boolean }
  | { readonly kind: 'too-late'; readonly locale: string | null }
  | { readonly kind: 'unknown' };

/** Shows it, and changes nothing. `id`: what the signed link says. */
export async function showConfirmation(deps: Pick<Deps, 'store' | 'clock' | 'policies' | 'secret'>, id: string): Promise<ConfirmationPage> {
  const { db } = deps.store;
  const now = deps.clock.now();
  const link = readRequestId(id);
  const request = link === null ? null : await findRequest(db, link.seq);
  const canonical = request === null ? null : await findCanonicalProfile(db, request.profileId);
  const profile = canonical === null ? null : await readProfile(db, canonical);
  if (link === null || request === null || profile === null || profile.erasedAt !== null) return { kind: 'unknown' };
  const { channel } = request;
  const locale = localeOf(profile.traits);
  const address = addressKey(deps, profile, channel);
  if (address === null || !wasAsked(link, address)) return { kind: 'too-late', locale };
  const open = [];
  for (const holder of await findHolders(db, { channel, address: addressOf(profile, channel) }))
    open.push(...confirmedBy(await readConsents(db, holder), channel, link, now));
  if (open.length > 0) return { kind: 'open', locale, topics: [...new Set(open.map(({ topic }) => topic))] };
  const records = await readConsents(db, profile.id);
  const act = records.find(({ seq }) => seq === link.seq);
  const stands =
    act?.confirmedAt !== null && act !== undefined && hasConsent(records, channel, act.topic, now, deps.policies.current().topics);
  return stands
    ? { kind: 'confirmed', locale, isBarred: (await readSuppressions(db, [address])).length > 0 }
    : { kind: 'too-late', locale };
}

function wasAsked({ mark }: Link, { hash }: AddressKey): boolean {
  return hash.startsWith(mark);
}

/** The acts that a link still confirms: asked for by it or before it, and its week is not over. */
function confirmedBy(
  records: readonly ConsentActRecord[],
  channel: Channel,
  { seq, askedAt }: Link,
  now: Instant,
): readonly ConsentActRecord[] {
  if (now >= askedAt + confirmWithinMs) return [];
  return openRequests(records).filter(
    (act) => act.channel === channel && act.requestedAt !== null && (act.seq <= seq || secondsOf(act.requestedAt) * 1000 <= askedAt),
  );
}

/**
 * Confirms what the link was sent for, for everybody who has the address that it was sent to. A link that has done so before, or whose time
 * is over, changes nothing; a link to an address that is not the person's any more confirms nothing, and they are asked again at their
 * present address. Committed when it answers.
 */
export async function confirmConsent(
  deps: Pick<Deps, 'store' | 'clock' | 'newId' | 'policies' | 'notifyRelay' | 'secret' | 'segments'>,
  id: string,
  proof: Pick<ConsentProof, 'ip' | 'userAgent'>,
): Promise<ConfirmationPage> {
  const link = readRequestId(id);
  const confirmed = link !== null && (await deps.store.transaction((trx) => confirm(deps, trx, link, proof)));
  if (confirmed) deps.notifyRelay();
  return showConfirmation(deps, id);
}

async function confirm(
  deps: Pick<Deps, 'clock' | 'newId' | 'secret' | 'policies' | 'segments'>,
  trx: Trx,
  link: Link,
  proof: Pick<ConsentProof, 'ip' | 'userAgent'>,
): Promise<boolean> {
  const request = await findRequest(trx, link.seq);
  const seen = request === null ? null : await readProfile(trx, (await findCanonicalProfile(trx, request.profileId)) ?? '');
  if (request === null || seen === null) return false;
  const { channel } = request;
  const sharing = await findHolders(trx, { channel, address: addressOf(seen, channel) });
  const { profiles, canonical } = await lockCanonical(trx, [request.profileId, ...sharing] as ProfileId[]);
  const holders = profiles.filter((one) => {
    const address = addressKey(deps, one, channel);
    return address !== null && wasAsked(link, address);
  });
  const own = canonical.get(request.profileId as ProfileId);
  if (own === undefined || !holders.some((one) => one.id === own)) {
    if (own !== undefined) await askAnew(trx, own, channel, link);
    return false;
  }
  const now = deps.clock.now();
  const acts = [];
  for (const holder of holders) {
    const records = await readConsents(trx, holder.id);
    const open = confirmedBy(records, channel, link, now);
    const at = afterAll(records, now);
    await noteConfirmed(trx, seqsOf(open), at);
    if (open.length > 0)
      acts.push({ profileId: holder.id, given: confirmations(open, at).map((act) => ({ ...act, ...proof, channel, at })) });
  }
  const address = addressKey(deps, holders[0] ?? seen, channel);
  if (acts.length === 0 || address === null) return false;
  await liftByConfirmation(trx, address);
  await writeConsentActs(deps, trx, acts, { eventId: `confirmation/${deps.newId()}`, now });
  return true;
}

/** Lets the next round ask where the person is now, if nobody has since this link. */
async function askAnew(trx: Trx, profileId: ProfileId, channel: Channel, link: Link): Promise<void> {
  const stale = openRequests(await readConsents(trx, profileId)).filter(
    (act) => act.channel === channel && act.requestedAt !== null && secondsOf(act.requestedAt) * 1000 === link.askedAt,
  );
  await noteRequested(trx, seqsOf(stale), null);
}
