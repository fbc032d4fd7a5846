import { smsAnswer, twiml } from '../channels/sms/answers.js';
import { type InboundIntent, readIntent } from '../channels/sms/keywords.js';
import { field, readSigned, type TwilioRequest } from '../channels/sms/twilio-webhook.js';
import type { ConsentRecord } from '../domain/consent.js';
import type { Fact } from '../domain/fact.js';
import type { ProfileId } from '../domain/ids.js';
import { normalisePhone, suppressionHash } from '../domain/suppression.js';
import type { Trx } from '../store/db.js';
import { writeFacts } from '../store/facts.js';
import { findProfilesByPhone, insertInboundMessage } from '../store/inbound-messages.js';
import { lockProfiles, moveProfileOn, type ProfileRow } from '../store/profiles.js';
import { readConsents } from '../store/profiles-read.js';
import { insertSuppression, liftSuppression } from '../store/suppressions.js';
import { writeTogether } from '../store/write-together.js';
import type { AppDeps } from './deps.js';
import { matchFacts } from './match-facts.js';
import { type ConsentGiven, writeConsentActs } from './record-consents.js';
import type { TwilioKeys } from './record-receipt.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'newId' | 'log' | 'notifyRelay' | 'publicUrl'>;

export type TextResult = { readonly kind: 'refused' } | { readonly kind: 'taken'; readonly twiml: string };

/** A text that came in. */
interface InboundText {
  readonly id: string;
  readonly from: string;
  readonly body: string;
  /** Twilio has answered the keyword itself: a second confirmation would be one too many. */
  readonly isAnswered: boolean;
}

/** Takes a text that Twilio hands on. `refused`: it is not signed by Twilio, or names no sender. What it asks for is committed when this answers. */
export async function receiveTwilioText(deps: Deps & TwilioKeys, request: TwilioRequest): Promise<TextResult> {
  const form = readSigned(request, { publicUrl: deps.publicUrl, authTokens: deps.twilioAuthTokens });
  const id = form && (field(form, 'MessageSid') ?? field(form, 'SmsSid'));
  const from = form && normalisePhone(field(form, 'From') ?? '');
  if (!form || !id || !/^\w{1,64}$/.test(id) || !from) return { kind: 'refused' };
  const body = (field(form, 'Body') ?? '').replaceAll('\0', '\uFFFD');
  const reply = await receiveText(deps, { id, from, body, isAnswered: field(form, 'OptOutType') !== null });
  return { kind: 'taken', twiml: twiml(reply) };
}

/**
 * STOP ends all texts to the number at once, START brings back what STOP took, HELP is answered; anything else is a reply that journeys may wait for.
 * Answers the one text to send back, or null. A text that was taken before changes nothing and is not answered again.
 */
async function receiveText(deps: Deps, text: InboundText): Promise<string | null> {
  const intent = actOn(readIntent(text.body));
  const reply = await deps.store.transaction(async (trx) => {
    const profiles = await lockProfiles(trx, (await findProfilesByPhone(trx, text.from)) as ProfileId[]);
    const isNew = await insertInboundMessage(trx, {
      id: text.id,
      profileId: profiles[0]?.id ?? null,
      channel: 'sms',
      action: intent.action,
      body: intent.keepsBody ? text.body : null,
      receivedAt: deps.clock.now(),
    });
    return isNew ? effects[intent.action](deps, trx, text, profiles) : null;
  });
  deps.notifyRelay();
  return text.isAnswered ? null : reply;
}

type Action = 'stop' | 'stop-to-review' | 'start' | 'help' | 'reply';

function actOn(intent: InboundIntent): { readonly action: Action; readonly keepsBody: boolean } {
  switch (intent.kind) {
    case 'stop':
    case 'help':
      return { action: intent.kind, keepsBody: false };
    case 'start':
      // YES grants only what was just asked for in a double opt-in; anywhere else it answers a question.
      return intent.word === 'YES' ? { action: 'reply', keepsBody: true } : { action: 'start', keepsBody: false };
    case 'free-form-stop':
      return { action: 'stop-to-review', keepsBody: true };
    case 'other':
      return { action: 'reply', keepsBody: true };
  }
}

type Effect = (deps: Deps, trx: Trx, text: InboundText, profiles: readonly ProfileRow[]) => Promise<string | null>;

const effects: Readonly<Record<Action, Effect>> = {
  stop,
  'stop-to-review': stop,
  start,
  help: async (deps, _trx, _text, profiles) => answer('help', deps, profiles),
  reply: tellOfReply,
};

/** Confirmed once: whoever has stopped already is not written to again. */
async function stop(deps: Deps, trx: Trx, text: InboundText, profiles: readonly ProfileRow[]): Promise<string | null> {
  const isFirst = await insertSuppression(trx, {
    channel: 'sms',
    hash: suppressionHash(deps.secret, 'sms', text.from),
    reason: 'stopped',
    detail: null,
    at: deps.clock.now(),
  });
  await writeActs(deps, trx, text, profiles, (records) => {
    const newest = newestByTopic(records);
    const granted = [...newest.values()].filter(({ state }) => state === 'granted').map(({ topic }) => topic);
    const taken = granted.map((topic) => ({ topic, state: 'denied', source: takenByStop }) as const);
    const marketing = newest.get('marketing');
    return marketing === undefined ? [...taken, { topic: 'marketing', state: 'denied', source: forbiddenByStop }] : taken;
  });
  return isFirst ? answer('stopped', deps, profiles) : null;
}

/** Brings back exactly what STOP took; a number that is suppressed for another reason stays so. */
async function start(deps: Deps, trx: Trx, text: InboundText, profiles: readonly ProfileRow[]): Promise<string | null> {
  const hash = suppressionHash(deps.secret, 'sms', text.from);
  if (!(await liftSuppression(trx, { channel: 'sms', hash, reason: 'stopped' }))) return null;
  await writeActs(deps, trx, text, profiles, (records) =>
    [...newestByTopic(records).values()]
      .filter(({ source }) => source === takenByStop)
      .map(({ topic }) => ({ topic, state: 'granted', source: 'sms-start' }) as const),
  );
  return answer('started', deps, profiles);
}

/** Sources of the acts, so that START can tell what was granted before from what STOP only forbade. */
const takenByStop = 'sms-stop';
const forbiddenByStop = 'sms-stop-all';

async function writeActs(
  deps: Deps,
  trx: Trx,
  text: InboundText,
  profiles: readonly ProfileRow[],
  decide: (records: readonly ConsentRecord[]) => readonly Pick<ConsentGiven, 'topic' | 'state' | 'source'>[],
): Promise<void> {
  const acts = [];
  for (const { id } of profiles) {
    const records = (await readConsents(trx, id)).filter(({ channel }) => channel === 'sms');
    // A person's own word stands over everything said before it, even where a client's clock put that into the future.
    const at = Math.max(deps.clock.now(), ...records.map((record) => record.at + 1));
    const given = decide(records).map((act) => ({ ...act, channel: 'sms' as const, method: 'keyword', text: null, at }));
    acts.push({ profileId: id as ProfileId, given });
  }
  await writeConsentActs(deps, trx, acts, `twilio/${text.id}`);
}

function newestByTopic(records: readonly ConsentRecord[]): ReadonlyMap<string, ConsentRecord> {
  const newest = new Map<string, ConsentRecord>();
  for (const record of records) {
    const known = newest.get(record.topic);
    if (!known || record.at > known.at || (record.at === known.at && record.state === 'denied')) newest.set(record.topic, record);
  }
  return newest;
}

async function tellOfReply(deps: Deps, trx: Trx, text: InboundText, profiles: readonly ProfileRow[]): Promise<null> {
  const at = deps.clock.now();
  const facts = profiles.map(
    ({ id }): Fact => ({
      name: 'message.replied',
      profileId: id as ProfileId,
      at,
      eventId: `twilio/${text.id}`,
      properties: { channel: 'sms', inbound_id: text.id },
    }),
  );
  if (facts.length === 0) return null;
  await writeTogether(trx, { facts: writeFacts(facts) });
  for (const { id } of profiles) await moveProfileOn(trx, id as ProfileId, at);
  await matchFacts(trx, facts, { clock: deps.clock, newId: deps.newId });
  return null;
}

function answer(kind: 'stopped' | 'started' | 'help', { shop }: Deps, profiles: readonly ProfileRow[]): string {
  const locales = profiles.flatMap(({ traits }) => [traits['locale'], traits['language']]).filter((value) => typeof value === 'string');
  return smsAnswer(kind, shop, [...locales, shop.locale]);
}
