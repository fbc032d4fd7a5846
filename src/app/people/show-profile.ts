import { checkValue, type FlaggedValue } from '../../domain/answers/check-value.js';
import { mayRead, noFields } from '../../domain/answers/field.js';
import { heldTo } from '../../domain/consent/address-refusal.js';
import { type ConsentCause, isQuarantined, judgeConsent } from '../../domain/consent/consent.js';
import { consentSentence } from '../../domain/consent/consent-words.js';
import { suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { suppressionSentence } from '../../domain/consent/suppression-words.js';
import type { Scope } from '../../domain/keys/scopes.js';
import { type Channel, channels } from '../../domain/messages/channel.js';
import { type TraitReading, traitReadings } from '../../projection/trait-readings.js';
import { type ClaimRecord, readClaims } from '../../store/claims.js';
import { listWaiting, type WaitingConsent } from '../../store/consents.js';
import {
  type CartView,
  type ConsentActRecord,
  findCanonicalProfile,
  findProfileByIdentity,
  type OrderView,
  type ProfileRecord,
  readCarts,
  readConsents,
  readOrders,
  readProfile,
  readSuppressions,
} from '../../store/profiles-read.js';
import { readUnsubscribes, type Unsubscribe } from '../../store/unsubscribes.js';
import { type ShownAnswer, showAnswers } from '../answers/show-answers.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store' | 'secret' | 'clock' | 'policies' | 'shop' | 'fields'>;

/** A value that seems wrong, where it stands, and what was most likely meant. */
export interface ShownFlag extends FlaggedValue {
  readonly kind: 'trait' | 'answer';
  readonly field: string;
  readonly given: string;
}

/** What a person has consented to, and the acts that say so. */
export interface Consents {
  readonly now: readonly ConsentNow[];
  /** Every act, the oldest first. */
  readonly acts: readonly (ConsentActRecord & { readonly isQuarantined: boolean })[];
}

/** What holds about a topic on a channel, the act that decides (its `seq`; null: none), and a sentence. */
export interface ConsentNow {
  readonly channel: Channel;
  readonly topic: string;
  readonly granted: boolean;
  readonly cause: ConsentCause;
  readonly act: number | null;
  readonly sentence: string;
}

/** One person with all that decides what they get. Personal data. */
export interface ProfileStory extends ProfileRecord {
  /** Traits that count as something else than they say, and those that say nothing. */
  readonly readings: readonly TraitReading[];
  /** Values that seem wrong. They stay as they were given. */
  readonly flags: readonly ShownFlag[];
  readonly carts: readonly CartView[];
  readonly orders: readonly OrderView[];
  readonly consents: Consents;
  /** What browsers said of the person that nobody vouched for: used for nothing. The newest first. */
  readonly claims: readonly ClaimRecord[];
  /** `sentence`: what it means, and who alone can lift it. */
  readonly suppressions: readonly {
    readonly channel: Channel;
    readonly reason: string;
    readonly at: number;
    readonly sentence: string;
  }[];
}

/** Whom an id of the shop, of a browser, or of ours names. Null: nobody. */
export function findProfile(
  deps: Deps,
  by: { readonly kind: 'profile' | 'user' | 'anonymous'; readonly value: string },
): Promise<string | null> {
  return by.kind === 'profile' ? findCanonicalProfile(deps.store.db, by.value) : findProfileByIdentity(deps.store.db, by.kind, by.value);
}

/**
 * By our own id, also one that was merged into another. Null: no such profile. `scopes`: of the API key that asks; traits that it may not
 * see are left out.
 */
export async function showProfile(deps: Deps, id: string, scopes: readonly Scope[] = ['admin']): Promise<ProfileStory | null> {
  const { db } = deps.store;
  const canonical = await findCanonicalProfile(db, id);
  const profile = canonical === null ? null : await readProfile(db, canonical);
  if (profile === null) return null;
  const suppressions = await readSuppressions(db, suppressionKeys(deps.secret, profile));
  const unsubscribes = await readUnsubscribes(db, unsubscribeKeys(deps.secret, profile));
  const traits = traitsFor(deps, profile.traits, scopes);
  return {
    ...profile,
    traits,
    readings: traitReadings(traits, deps.shop.country),
    flags: flagsOf(deps, traits, await showAnswers(deps, profile.id, scopes)),
    carts: await readCarts(db, profile.id),
    orders: await readOrders(db, profile.id),
    claims: await readClaims(db, profile.id),
    consents: consentsOf(deps, await readConsents(db, profile.id), unsubscribes),
    suppressions: [...suppressions, ...unsubscribes.map((one) => ({ ...one, reason: 'unsubscribed' }))].map(({ channel, ...one }) => ({
      ...one,
      channel: channel as Channel,
      sentence: suppressionSentence(one.reason, channel as Channel),
    })),
  };
}

function traitsFor({ fields }: Deps, traits: ProfileRecord['traits'], scopes: readonly Scope[]): ProfileRecord['traits'] {
  const declared = fields?.current() ?? noFields;
  return Object.fromEntries(Object.entries(traits).filter(([name]) => mayRead(declared.get(name), scopes)));
}

function flagsOf({ fields }: Deps, traits: ProfileRecord['traits'], answers: readonly ShownAnswer[] | null): readonly ShownFlag[] {
  const declared = fields?.current() ?? noFields;
  const values = [
    ...Object.entries(traits).map(([field, value]) => ({ kind: 'trait' as const, field, value })),
    ...(answers ?? []).flatMap(({ isCurrent, isHidden, name, value }) =>
      isCurrent && !isHidden ? [{ kind: 'answer' as const, field: name, value }] : [],
    ),
  ];
  return values.flatMap(({ kind, field, value }) => {
    const fault = checkValue(field, value, declared.get(field));
    return fault === null ? [] : [{ kind, field, given: typeof value === 'string' ? value : JSON.stringify(value), ...fault }];
  });
}

export async function showCarts(deps: Deps, profileId: string): Promise<readonly CartView[] | null> {
  const canonical = await findCanonicalProfile(deps.store.db, profileId);
  return canonical === null ? null : readCarts(deps.store.db, canonical);
}

export async function showConsents(deps: Deps, profileId: string): Promise<Consents | null> {
  const canonical = await findCanonicalProfile(deps.store.db, profileId);
  const profile = canonical === null ? null : await readProfile(deps.store.db, canonical);
  if (profile === null) return null;
  const unsubscribes = await readUnsubscribes(deps.store.db, unsubscribeKeys(deps.secret, profile));
  return consentsOf(deps, await readConsents(deps.store.db, profile.id), unsubscribes);
}

/** Acts that do not count yet, the newest first: imports without evidence, or what waits for a confirmation. */
export function showWaitingConsents(
  deps: Pick<Deps, 'store'>,
  state: 'quarantined' | 'pending',
  request: PageRequest,
): Promise<Page<WaitingConsent>> {
  return readPage(
    request,
    ['serial'],
    (limit, after) => listWaiting(deps.store.db, { state }, { limit, before: after === null ? null : after[0] }),
    ({ seq }) => [seq],
  );
}

function consentsOf(
  deps: Pick<Deps, 'clock' | 'policies' | 'shop'>,
  acts: readonly ConsentActRecord[],
  unsubscribes: readonly Unsubscribe[],
): Consents {
  const held = heldTo(acts, unsubscribes);
  const { topics } = deps.policies.current();
  const at = deps.clock.now();
  const { timeZone } = deps.shop;
  const listed = channels.flatMap((channel) => {
    const offered = topics.topics.filter((topic) => topic.isOffered && topic.channels.includes(channel)).map(({ id }) => id);
    const said = acts.filter((act) => act.channel === channel).map(({ topic }) => topic);
    return [...new Set([...offered, ...said])].map((topic) => ({ channel, topic }));
  });
  return {
    now: listed.map(({ channel, topic }) => {
      const judgement = judgeConsent(held, channel, topic, at, topics);
      const { granted, cause, act } = judgement;
      return {
        channel,
        topic,
        granted,
        cause,
        act: act !== null && 'seq' in act ? act.seq : null,
        sentence: consentSentence(judgement, { channel, topic, timeZone }),
      };
    }),
    acts: acts.map((act) => ({ ...act, isQuarantined: isQuarantined(act) })),
  };
}
