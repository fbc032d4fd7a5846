import { channels, type Channel } from './channel.js';
import { type ConsentRecord, legalBases, type LegalBasis } from './consent.js';
import type { ConsentSaid } from './double-opt-in.js';
import type { Instant } from './instant.js';

/** An act that an event tells of. `at` null: when the event happened. */
export interface ConsentTold {
  readonly said: ConsentSaid;
  readonly at: Instant | null;
}

/** What an event says about consent. */
export type ConsentReading =
  | { readonly kind: 'consent'; readonly told: readonly ConsentTold[] }
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;

const states: ReadonlyMap<string, ConsentRecord['state']> = new Map([
  ['consent granted', 'granted'],
  ['consent denied', 'denied'],
  ['consent revoked', 'withdrawn'],
  ['consent withdrawn', 'withdrawn'],
]);

/**
 * Reads `Consent Granted`, `Consent Denied` and `Consent Revoked` with `{channel, topic, method, source, text, …}`; without a topic it is about `marketing`.
 * `context`: Segment's, from which page, address and browser are taken where the properties do not say.
 */
export function readConsentEvent(name: string, properties: Fields, context: Fields = {}): ConsentReading {
  const state = states.get(name.toLowerCase());
  if (state === undefined) return { kind: 'other' };
  const said = readAct(properties, state, context);
  return typeof said === 'string' ? { kind: 'problem', problem: said } : { kind: 'consent', told: [{ said, at: null }] };
}

/** The trait that is no trait: acts of consent that come with an identify. */
export const consentsTrait = 'consents';

/**
 * Reads the trait `consents` of an identify: a list of acts, each with `state` and with `at`, when the person acted. An identify is sent again and again,
 * so an act without its own instant would undo a refusal that came between.
 */
export function readConsentTraits(traits: Fields): ConsentReading {
  if (!Object.hasOwn(traits, consentsTrait)) return { kind: 'other' };
  const list = traits[consentsTrait];
  if (!Array.isArray(list) || list.length > maxActs)
    return { kind: 'problem', problem: `The trait \`consents\` must be a list of at most ${maxActs} acts.` };
  const told: ConsentTold[] = [];
  for (const act of list as readonly unknown[]) {
    const read = readListed(act);
    if (typeof read === 'string') return { kind: 'problem', problem: `In the trait \`consents\`: ${read}` };
    told.push(read);
  }
  return { kind: 'consent', told };
}

const maxActs = 50;

function readListed(act: unknown): ConsentTold | string {
  if (!isRecord(act)) return 'each act must be an object.';
  const state = act['state'];
  if (state !== 'granted' && state !== 'denied' && state !== 'withdrawn') return '`state` must be one of granted, denied, withdrawn.';
  const at = instant(act['at']);
  if (at === null || at === 'invalid') return '`at` must say, as ISO 8601 text, when the person acted.';
  const said = readAct(act, state, {});
  return typeof said === 'string' ? said : { said, at };
}

/** The act, or what is wrong with it; never a value of it. */
function readAct(fields: Fields, state: ConsentRecord['state'], context: Fields): ConsentSaid | string {
  const { channel, legal_basis: legalBasis, double_opt_in: doubleOptIn } = fields;
  if (!isChannel(channel)) return `\`channel\` must be one of ${channels.join(', ')}.`;
  for (const field of texts) {
    const value = fields[field];
    if (value !== undefined && value !== null && typeof value !== 'string') return `\`${field}\` must be text.`;
  }
  const topic = text(fields['topic']) ?? 'marketing';
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(topic)) return '`topic` must be a name such as `cart_reminder`.';
  if (isGiven(legalBasis) && !isLegalBasis(legalBasis)) return `\`legal_basis\` must be one of ${legalBases.join(', ')}.`;
  if (isGiven(doubleOptIn) && typeof doubleOptIn !== 'boolean') return '`double_opt_in` must be true or false.';
  const [expiresAt, requestedAt, confirmedAt] = instants.map((field) => instant(fields[field]));
  if (expiresAt === 'invalid' || requestedAt === 'invalid' || confirmedAt === 'invalid')
    return `${instants.map((field) => `\`${field}\``).join(', ')} must be points in time as ISO 8601 text.`;
  return {
    channel,
    topic,
    state,
    method: text(fields['method'], 200) ?? 'unspecified',
    source: text(fields['source'], 500) ?? text(fields['form_id'], 500) ?? 'event',
    text: text(fields['text']),
    textHash: text(fields['text_hash'], 200),
    locale: text(fields['locale'], 35) ?? text(context['locale'], 35),
    sourceUrl: text(fields['source_url'], 2000) ?? pageOf(context),
    // Personal data that proves a yes. A no needs no proof against the person.
    ip: state === 'granted' ? (text(fields['ip'], 45) ?? text(context['ip'], 45)) : null,
    userAgent: state === 'granted' ? (text(fields['user_agent'], 500) ?? text(context['userAgent'], 500)) : null,
    actor: text(fields['actor'], 200),
    evidence: text(fields['evidence'], 1000),
    legalBasis: isLegalBasis(legalBasis) ? legalBasis : null,
    expiresAt: expiresAt ?? null,
    requestedAt: requestedAt ?? null,
    confirmedAt: confirmedAt ?? null,
    asksForDoubleOptIn: doubleOptIn === true,
  };
}

const texts = [
  'topic',
  'method',
  'source',
  'form_id',
  'text',
  'text_hash',
  'locale',
  'source_url',
  'ip',
  'user_agent',
  'actor',
  'evidence',
];
const instants = ['expires_at', 'double_opt_in_requested_at', 'double_opt_in_confirmed_at'] as const;

function pageOf(context: Fields): string | null {
  const { page } = context;
  return isRecord(page) ? text(page['url'], 2000) : null;
}

function isChannel(value: unknown): value is Channel {
  return typeof value === 'string' && (channels as readonly string[]).includes(value);
}

function isLegalBasis(value: unknown): value is LegalBasis {
  return typeof value === 'string' && (legalBases as readonly string[]).includes(value);
}

function text(value: unknown, limit = 4000): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, limit) : null;
}

function instant(value: unknown): Instant | null | 'invalid' {
  if (!isGiven(value)) return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) && at >= 0 ? at : 'invalid';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
