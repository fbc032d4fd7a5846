import { type Channel, channels } from '../domain/channel.js';
import { hasConsent } from '../domain/consent.js';
import { normaliseEmail, normalisePhone, suppressionHash } from '../domain/suppression.js';
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
} from '../store/profiles-read.js';
import type { AppDeps } from './deps.js';
import { preferenceTopics } from './preferences.js';

type Deps = Pick<AppDeps, 'store' | 'secret'>;

/** What a person has consented to, and the acts that say so. */
export interface Consents {
  readonly now: readonly { readonly channel: Channel; readonly topic: string; readonly granted: boolean }[];
  readonly acts: readonly ConsentActRecord[];
}

/** One person with all that decides what they get. Personal data. */
export interface ProfileStory extends ProfileRecord {
  readonly carts: readonly CartView[];
  readonly orders: readonly OrderView[];
  readonly consents: Consents;
  readonly suppressions: readonly { readonly channel: string; readonly reason: string; readonly at: number }[];
}

/** Whom an id of the shop, of a browser, or of ours names. Null: nobody. */
export function findProfile(
  deps: Deps,
  by: { readonly kind: 'profile' | 'user' | 'anonymous'; readonly value: string },
): Promise<string | null> {
  return by.kind === 'profile' ? findCanonicalProfile(deps.store.db, by.value) : findProfileByIdentity(deps.store.db, by.kind, by.value);
}

/** By our own id, also one that was merged into another. Null: no such profile. */
export async function showProfile(deps: Deps, id: string): Promise<ProfileStory | null> {
  const { db } = deps.store;
  const canonical = await findCanonicalProfile(db, id);
  const profile = canonical === null ? null : await readProfile(db, canonical);
  if (profile === null) return null;
  return {
    ...profile,
    carts: await readCarts(db, profile.id),
    orders: await readOrders(db, profile.id),
    consents: consentsOf(await readConsents(db, profile.id)),
    suppressions: await readSuppressions(db, suppressionKeys(deps.secret, profile)),
  };
}

export async function showCarts(deps: Deps, profileId: string): Promise<readonly CartView[] | null> {
  const canonical = await findCanonicalProfile(deps.store.db, profileId);
  return canonical === null ? null : readCarts(deps.store.db, canonical);
}

export async function showConsents(deps: Deps, profileId: string): Promise<Consents | null> {
  const canonical = await findCanonicalProfile(deps.store.db, profileId);
  return canonical === null ? null : consentsOf(await readConsents(deps.store.db, canonical));
}

/** Under which keys the addresses of a profile would be suppressed. */
export function suppressionKeys(
  secret: string,
  profile: { readonly email: string | null; readonly phone: string | null },
): readonly { readonly channel: Channel; readonly hash: string }[] {
  const email = profile.email === null ? null : normaliseEmail(profile.email);
  const phone = profile.phone === null ? null : normalisePhone(profile.phone);
  return [
    ...(email === null ? [] : [{ channel: 'email' as const, hash: suppressionHash(secret, 'email', email) }]),
    ...(phone === null ? [] : [{ channel: 'sms' as const, hash: suppressionHash(secret, 'sms', phone) }]),
  ];
}

function consentsOf(acts: readonly ConsentActRecord[]): Consents {
  const topics = [...new Set([...preferenceTopics, ...acts.map((act) => act.topic)])];
  return {
    now: channels.flatMap((channel) => topics.map((topic) => ({ channel, topic, granted: hasConsent(acts, channel, topic) }))),
    acts,
  };
}
