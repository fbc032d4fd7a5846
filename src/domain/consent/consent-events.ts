import { refusalName } from '../events/event-key.js';
import { type Channel, channels } from '../messages/channel.js';
import type { Instant } from '../time/instant.js';
import { readInstant } from '../time/written-instant.js';
import { isRecord } from '../values/is-record.js';
import { isRefusal, type LegalBasis, legalBases } from './consent.js';
import { describedIn, type Fields, text } from './consent-fields.js';
import { readRefusals, refusalState } from './consent-no.js';
import type { ConsentSaid } from './double-opt-in.js';

/** An act that an event tells of. `at` null: when the event happened. */
export interface ConsentTold {
  readonly said: ConsentSaid;
  readonly at: Instant | null;
}

/** What an event says about consent. */
export type ConsentReading =
  /** `notes`: codes about what was read otherwise than it was said, or left out. */
  | { readonly kind: 'consent'; readonly told: readonly ConsentTold[]; readonly notes: readonly string[] }
  | { readonly kind: 'other' }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Reads `Consent Granted`, `Consent Denied` and `Consent Revoked` with `{channel, topic, method, source, text, …}`; without a topic it is
 * about `marketing`.
 * `context`: Segment's, from which page, address and browser are taken where the properties do not say. A yes is read strictly, a no as far
 * as it can be.
 */
export function readConsentEvent(name: string, properties: Fields, context: Fields = {}): ConsentReading {
  const refused = refusalName(name);
  if (refused !== null) {
    const { said, notes } = readRefusals(properties, refused, context);
    return { kind: 'consent', told: said.map((one) => ({ said: one, at: null })), notes };
  }
  if (name.toLowerCase() !== 'consent granted') return { kind: 'other' };
  const said = readAct(properties, context);
  return typeof said === 'string' ? { kind: 'problem', problem: said } : { kind: 'consent', told: [{ said, at: null }], notes: [] };
}

/** The trait that is no trait: acts of consent that come with an identify. */
export const consentsTrait = 'consents';

/**
 * Reads the trait `consents` of an identify: a list of acts, each with `state` and with `at`, when the person acted. Clients repeat their
 * identify calls, so a yes without its own instant could cancel a refusal that came in between. An unreadable yes is a problem, unless
 * there is a no beside it: the no is recorded with its own instant if that can be read, otherwise with the event's.
 */
export function readConsentTraits(traits: Fields): ConsentReading {
  if (!Object.hasOwn(traits, consentsTrait)) return { kind: 'other' };
  const list = traits[consentsTrait];
  if (!Array.isArray(list)) return { kind: 'problem', problem: `The trait \`consents\` must be a list of at most ${maxActs} acts.` };
  const acts = (list as readonly unknown[]).map((act, index) => readListed(act, index < maxActs));
  const told = acts.flatMap((act) => (typeof act === 'string' ? [] : act.told));
  const problem = acts.find((act) => typeof act === 'string');
  const hasNo = told.some(({ said }) => isRefusal(said.state));
  if (problem !== undefined && !hasNo) return { kind: 'problem', problem: `In the trait \`consents\`: ${problem}` };
  const notes = acts.flatMap((act) => (typeof act === 'string' ? [] : act.notes));
  return { kind: 'consent', told, notes: [...new Set([...notes, ...(problem === undefined ? [] : ['consent-unreadable'])])] };
}

const maxActs = 50;

type Listed = { readonly told: readonly ConsentTold[]; readonly notes: readonly string[] };

function readListed(act: unknown, isWithin: boolean): Listed | string {
  if (!isRecord(act)) return 'each act must be an object.';
  const refused = refusalState(act['state']);
  if (refused !== null) {
    const { said, notes } = readRefusals(act, refused, {});
    return { told: said.map((one) => ({ said: one, at: readInstant(act['at']) })), notes };
  }
  if (!isWithin) return `there are more than ${maxActs} acts.`;
  if (act['state'] !== 'granted') return '`state` must be one of granted, denied, withdrawn.';
  const at = instant(act['at']);
  if (at === null || at === 'invalid') return '`at` must say, as ISO 8601 text, when the person acted.';
  const said = readAct(act, {});
  return typeof said === 'string' ? said : { told: [{ said, at }], notes: [] };
}

/** A yes, or what is wrong with it; never a value of it. */
function readAct(fields: Fields, context: Fields): ConsentSaid | string {
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
    state: 'granted',
    ...describedIn(fields, context),
    // Personal data that proves a yes. A no needs no proof against the person.
    ip: text(fields['ip'], 45) ?? text(context['ip'], 45),
    userAgent: text(fields['user_agent'], 500) ?? text(context['userAgent'], 500),
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

function isChannel(value: unknown): value is Channel {
  return typeof value === 'string' && (channels as readonly string[]).includes(value);
}

function isLegalBasis(value: unknown): value is LegalBasis {
  return typeof value === 'string' && (legalBases as readonly string[]).includes(value);
}

function instant(value: unknown): Instant | null | 'invalid' {
  if (!isGiven(value)) return null;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) && at >= 0 ? at : 'invalid';
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
