import type { ConsentSaid } from '../consent/double-opt-in.js';
import type { AddressRight } from '../people/identity.js';
import type { Profile } from '../people/profile.js';
import type { Speaker } from './speaker.js';

/** An address, a number, or who somebody is or was: said, kept, shown, and used for nothing. Personal data. */
export interface Claim {
  readonly kind: 'email' | 'phone' | 'user' | 'anonymous';
  readonly value: string;
}

/** Traits that count of what was said, the addresses that are claims, and what `event show` notes. */
export interface HeardTraits {
  readonly said: Readonly<Record<string, unknown>>;
  readonly claims: readonly Claim[];
  readonly notes: readonly string[];
}

const addresses = ['email', 'phone'] as const;

/** What a person may object to: false is an objection. */
export const objections = ['profiling_allowed', 'tracking_allowed'] as const;

/**
 * What of an identify counts. A server key's counts whole. A browser's sets addresses as far as it has the right; it raises objections and
 * lifts none, unless a user token vouches for it.
 */
export function hearTraits(
  said: Readonly<Record<string, unknown>>,
  known: Pick<Profile, 'traits' | 'email' | 'phone'>,
  { speaker, right }: { readonly speaker: Speaker; readonly right: AddressRight },
): HeardTraits {
  if (speaker.kind === 'server') return { said, claims: [], notes: [] };
  const lifted = speaker.vouchesUser
    ? []
    : objections.filter((name) => name in said && said[name] !== false && known.traits[name] === false);
  const held = right === 'set' ? [] : addresses.filter((name) => name in said && !(right === 'fill' && known[name] === null));
  const claimed = held.filter((name) => isText(said[name]) && !isSame(said[name], known.traits[name]));
  const changed = held.filter((name) => !isSame(said[name], known.traits[name]));
  return {
    said: without(said, [...lifted, ...held]),
    claims: claimed.map((kind) => ({ kind, value: String(said[kind]).trim().slice(0, 500) })),
    notes: [...(changed.length === 0 ? [] : ['address-not-vouched']), ...(lifted.length === 0 ? [] : ['objection-stands'])],
  };
}

function isText(value: unknown): boolean {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';
}

/** Said again in another spelling it is no news. */
function isSame(a: unknown, b: unknown): boolean {
  return plain(a) === plain(b);
}

function plain(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? String(value).trim().toLowerCase()
    : (JSON.stringify(value ?? '') ?? '').replace(/^""$/, '');
}

function without(said: Readonly<Record<string, unknown>>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(said).filter(([name]) => !names.includes(name)));
}

/**
 * The address that stands beside one which the shop contradicts when it identifies somebody for the first time: only a browser has told it,
 * and that browser was not theirs.
 */
export function disowned(said: Readonly<Record<string, unknown>>, known: Pick<Profile, 'traits'>): readonly Claim[] {
  const [contradicted] = addresses.filter(
    (name) => isText(said[name]) && isText(known.traits[name]) && !isSame(said[name], known.traits[name]),
  );
  if (contradicted === undefined) return [];
  return addresses
    .filter((name) => !(name in said) && isText(known.traits[name]))
    .map((kind) => ({ kind, value: String(known.traits[kind]).trim().slice(0, 500) }));
}

/** Methods and sources by which our own pages, texts and mails act: what a browser says does not pass for them. */
const ownMethods: ReadonlySet<string> = new Set([
  'import',
  'double-opt-in',
  'keyword',
  'one-click',
  'preference-centre',
  'unsubscribe-page',
  'unsubscribed-address',
  'list-unsubscribe-mail',
  'feedback-loop',
]);
const ownSource = /^(?:message\/|suppression$|sms-start$|review$)/;

/**
 * An act of consent that a browser may send: the words on the page, without proof. Its yes has no other legal basis, no confirmation and no
 * earlier evidence.
 */
export function browserConsent(said: ConsentSaid): ConsentSaid {
  return {
    ...said,
    method: ownMethods.has(said.method) ? 'unspecified' : said.method,
    source: ownSource.test(said.source) ? 'event' : said.source,
    legalBasis: null,
    requestedAt: null,
    confirmedAt: null,
    actor: null,
    evidence: null,
    ip: null,
  };
}

/** Does a yes come with what would make it count by itself? Of a browser's none of that is taken. */
export function provesItself({ state, legalBasis, confirmedAt, evidence, actor }: ConsentSaid): boolean {
  return state === 'granted' && [legalBasis, confirmedAt, evidence, actor].some((value) => value !== null && value !== undefined);
}
