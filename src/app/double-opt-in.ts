import type { Channel } from '../domain/channel.js';
import { type ConsentProof, hasConsent, judgeConsent } from '../domain/consent.js';
import { askAgainAfterMs, confirmations, confirmWithinMs, forgetAfterMs, openRequests, remindAfterMs } from '../domain/double-opt-in.js';
import type { ProfileId } from '../domain/ids.js';
import { day, type Instant } from '../domain/instant.js';
import type { TopicPolicy } from '../domain/policy/topic-policy.js';
import { expirePending, findDuePending, findRequest, forgetTraces, noteConfirmed, noteRequested } from '../store/consents.js';
import type { Trx } from '../store/db.js';
import { lockCanonical } from '../store/profiles.js';
import { type ConsentActRecord, findCanonicalProfile, readConsents, readProfile } from '../store/profiles-read.js';
import { liftByConfirmation } from '../store/suppressions.js';
import { readTemplateHead } from '../store/templates.js';
import type { AppDeps } from './deps.js';
import { localeOf } from './preferences.js';
import { writeConsentActs } from './record-consents.js';
import { linkOf } from './render-message.js';
import { suppressionKeys } from '../domain/suppression.js';
import { askForMessage } from './send-message.js';

/** What asks, by channel: templates of class transactional, without a word of promotion. */
const templates: Readonly<Record<Channel, string>> = { email: 'double-opt-in', sms: 'double-opt-in-text' };

/** People of one round. */
const roundSize = 50;
/** Proof that is personal data is kept for so long. */
const tracesMs = 2 * 365 * day;
const tracesAtOnce = 500;

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'newId' | 'policies' | 'publicUrl' | 'log' | 'notifyRelay' | 'shop'>;

/**
 * One round of what consents need as time goes by: requests for confirmation go out, once a reminder; what nobody confirmed is given up after 30 days; the
 * addresses and browsers that proved a yes are forgotten after 24 months. Safe at any time, by several processes at once. Answers how many people it tended.
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
  return tended;
}

/** Channels on which it can be asked at all. Where the template is missing, requests wait until it is published. */
async function publishedTemplates({ store, log }: Pick<Deps, 'store' | 'log'>): Promise<ReadonlySet<Channel>> {
  const ready = new Set<Channel>();
  for (const [channel, id] of Object.entries(templates) as [Channel, string][]) {
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
  const open = new Set(openRequests(records));
  const stands = (act: ConsentActRecord) => judgeConsent(records, channel, act.topic, now, topics).cause === 'granted';
  const alive = pending.filter((act) => open.has(act) && now - act.at < forgetAfterMs && !stands(act));
  const given = pending.filter((act) => !alive.includes(act));
  await expirePending(
    trx,
    given.map(({ seq }) => seq),
  );

  const askedAt = Math.max(...pending.map((act) => act.requestedAt ?? Number.NEGATIVE_INFINITY));
  const unasked = alive.filter((act) => act.requestedAt === null);
  const unreminded = alive.filter(
    (act) => act.requestedAt !== null && now - act.requestedAt >= remindAfterMs && act.requestedAt < act.at + remindAfterMs,
  );
  const asking = unasked.length > 0 ? unasked : unreminded;
  if (asking.length === 0) return given.length > 0;
  // Whoever signs up twice in a day has one mail to answer: it confirms both.
  if (now - askedAt < askAgainAfterMs) {
    await noteRequested(trx, seqsOf(asking), askedAt);
    return true;
  }
  if (!mayAsk) return given.length > 0;
  await ask(deps, trx, { profileId: profile.id, locale: localeOf(profile.traits), channel, acts: alive, now, topics });
  await noteRequested(trx, seqsOf(alive), now);
  return true;
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
    readonly acts: readonly ConsentActRecord[];
    readonly now: Instant;
    readonly topics: TopicPolicy;
  },
): Promise<void> {
  const { profileId, locale, channel, acts, now, topics } = request;
  const newest = Math.max(...seqsOf(acts));
  const data = {
    topics: namesOf(topics, acts, locale ?? deps.shop.locale),
    confirmUrl: linkOf(deps, 'confirm', requestId(newest, now)),
  };
  await askForMessage(deps, trx, { profileId, template: templates[channel], data, topic: null, priority: null, deadline: null });
}

/** Which act a link confirms, with all that waited beside it then, and when it was made: seconds since 1970, base 36. */
function requestId(seq: number, at: Instant): string {
  return `${seq}-${Math.floor(at / 1000).toString(36)}`;
}

function readRequestId(id: string): { readonly seq: number; readonly askedAt: Instant } | null {
  const [, seq, seconds] = /^(\d{1,15})-([0-9a-z]{1,9})$/.exec(id) ?? [];
  return seq === undefined || seconds === undefined ? null : { seq: Number(seq), askedAt: Number.parseInt(seconds, 36) * 1000 };
}

function namesOf(topics: TopicPolicy, acts: readonly ConsentActRecord[], locale: string): readonly string[] {
  const language = locale.split(/[-_]/)[0]?.toLowerCase() ?? 'en';
  const asked = new Set(acts.map(({ topic }) => topic));
  return [...asked].map((id) => {
    const name = topics.topics.find((topic) => topic.id === id)?.name;
    return name?.[language] ?? name?.['en'] ?? id;
  });
}

function seqsOf(acts: readonly ConsentActRecord[]): readonly number[] {
  return acts.map(({ seq }) => seq);
}

/** What the link of a request is good for. `open`: a POST confirms these topics. */
export type ConfirmationPage =
  | { readonly kind: 'open'; readonly locale: string | null; readonly topics: readonly string[] }
  | { readonly kind: 'confirmed' | 'too-late'; readonly locale: string | null }
  | { readonly kind: 'unknown' };

/** Shows it, and changes nothing. `id`: what the signed link says. */
export async function showConfirmation(deps: Pick<Deps, 'store' | 'clock' | 'policies'>, id: string): Promise<ConfirmationPage> {
  const { db } = deps.store;
  const link = readRequestId(id);
  const request = link === null ? null : await findRequest(db, link.seq);
  const canonical = request === null ? null : await findCanonicalProfile(db, request.profileId);
  const profile = canonical === null ? null : await readProfile(db, canonical);
  if (link === null || request === null || profile === null || profile.erasedAt !== null) return { kind: 'unknown' };
  const locale = localeOf(profile.traits);
  const records = await readConsents(db, profile.id);
  const open = confirmedBy(records, request.channel, link, deps.clock.now());
  if (open.length > 0) return { kind: 'open', locale, topics: [...new Set(open.map(({ topic }) => topic))] };
  const act = records.find(({ seq }) => seq === link.seq);
  const stands =
    act?.confirmedAt !== null &&
    act !== undefined &&
    hasConsent(records, request.channel, act.topic, deps.clock.now(), deps.policies.current().topics);
  return { kind: stands ? 'confirmed' : 'too-late', locale };
}

/** The acts that a link still confirms: asked for by it or before it, and its week is not over. */
function confirmedBy(
  records: readonly ConsentActRecord[],
  channel: Channel,
  { seq, askedAt }: { readonly seq: number; readonly askedAt: Instant },
  now: Instant,
): readonly ConsentActRecord[] {
  if (now >= askedAt + confirmWithinMs) return [];
  return openRequests(records).filter((act) => act.channel === channel && act.requestedAt !== null && act.seq <= seq);
}

/** Confirms what the link was sent for. A link that has done so before, or whose time is over, changes nothing. Committed when it answers. */
export async function confirmConsent(
  deps: Pick<Deps, 'store' | 'clock' | 'newId' | 'policies' | 'notifyRelay' | 'secret'>,
  id: string,
  proof: Pick<ConsentProof, 'ip' | 'userAgent'>,
): Promise<ConfirmationPage> {
  const link = readRequestId(id);
  const confirmed = await deps.store.transaction(async (trx) => {
    const request = link === null ? null : await findRequest(trx, link.seq);
    if (link === null || request === null) return false;
    const { profiles, canonical } = await lockCanonical(trx, [request.profileId as ProfileId]);
    const profile = profiles.find((one) => one.id === canonical.get(request.profileId as ProfileId));
    const records = profile === undefined ? [] : await readConsents(trx, profile.id);
    const open = confirmedBy(records, request.channel, link, deps.clock.now());
    if (profile === undefined || open.length === 0) return false;
    // A person's own word stands over everything said before it, even where a client's clock put that into the future.
    const at = Math.max(deps.clock.now(), ...records.map((record) => record.at + 1));
    const given = confirmations(open, at).map((act) => ({ ...act, ...proof, channel: request.channel, at }));
    await noteConfirmed(trx, seqsOf(open), at);
    for (const key of suppressionKeys(deps.secret, profile)) if (key.channel === request.channel) await liftByConfirmation(trx, key);
    await writeConsentActs(deps, trx, [{ profileId: profile.id, given }], `confirmation/${deps.newId()}`);
    return true;
  });
  if (confirmed) deps.notifyRelay();
  return showConfirmation(deps, id);
}
