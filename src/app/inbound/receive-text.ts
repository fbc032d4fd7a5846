import { type SmsAnswer, smsAnswer } from '../../channels/sms/answers.js';
import type { InboundText } from '../../channels/sms/inbound-text.js';
import { type InboundIntent, readIntent } from '../../channels/sms/keywords.js';
import { afterAll } from '../../domain/consent/consent.js';
import { confirmable, confirmations } from '../../domain/consent/double-opt-in.js';
import { actsOfStart, actsOfStop } from '../../domain/consent/stop-word.js';
import { type AddressKey, suppressionKey } from '../../domain/consent/suppression.js';
import { mayProfile } from '../../domain/engagement/facts.js';
import { parseEngagement, recordSignal } from '../../domain/engagement/state.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { noteConfirmed } from '../../store/consents.js';
import type { Trx } from '../../store/db.js';
import { insertInboundMessage } from '../../store/inbound-messages.js';
import { lockProfiles, type ProfileRow } from '../../store/profiles.js';
import { type ConsentActRecord, findProfilesByAddress, readConsents, readSuppressions } from '../../store/profiles-read.js';
import { insertSuppression, liftByConfirmation, liftSuppression } from '../../store/suppressions.js';
import { type ConsentGiven, writeConsentActs } from '../consent/record-consents.js';
import type { AppDeps } from '../deps.js';
import { tellFacts } from '../ingest/tell-facts.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'shop' | 'newId' | 'log' | 'notifyRelay' | 'publicUrl' | 'policies' | 'segments'>;

/**
 * STOP ends all texts to the number immediately, START restores what STOP stopped, HELP gets an answer, YES confirms a request; any other
 * text is a reply for which journeys may wait. Returns the text to send back, or null. A repeated text changes nothing and gets no second
 * answer.
 */
export async function receiveText(deps: Deps, text: InboundText): Promise<string | null> {
  const reply = await deps.store.transaction(async (trx) => {
    const rows = await lockProfiles(trx, (await findProfilesByAddress(trx, text.channel, text.from)) as ProfileId[]);
    const people: Person[] = [];
    for (const row of rows) people.push({ row, records: await readConsents(trx, row.id) });
    // One text is one act, and has one instant.
    const now = deps.clock.now();
    const intent = actOn(text, people, now, await isStartByProvider(deps, trx, text));
    const isNew = await insertInboundMessage(trx, {
      id: text.id,
      profileId: rows[0]?.id ?? null,
      channel: text.channel,
      action: intent.action,
      body: intent.keepsBody ? text.body : null,
      receivedAt: now,
    });
    return isNew ? effects[intent.action](deps, trx, { ...text, now }, people) : null;
  });
  deps.notifyRelay();
  return text.isAnswered ? null : reply;
}

/** The provider's word decides, since it acts by it: a keyword of the account's own ("ARRET") is none of ours. */
function intentOf({ takenFor, body }: InboundText): InboundIntent {
  const read = readIntent(body);
  return takenFor === null || read.kind === takenFor ? read : { kind: takenFor, word: takenFor.toUpperCase() };
}

/** The provider writes to the number again. Where it had not stopped, nothing has started, and YES is an answer as everywhere. */
async function isStartByProvider(deps: Deps, trx: Trx, text: InboundText): Promise<boolean> {
  return text.takenFor === 'start' && (await reasonOf(deps, trx, text)) === 'stopped';
}

/** Why the number gets nothing; null: nothing speaks against it. */
async function reasonOf({ secret }: Deps, trx: Trx, text: InboundText): Promise<string | null> {
  const [suppression] = await readSuppressions(trx, [keyOf(secret, text)]);
  return suppression?.reason ?? null;
}

/** The event that a text is. */
function eventIdOf({ provider, id }: InboundText): string {
  return `${provider}/${id}`;
}

function keyOf(secret: Deps['secret'], { channel, from }: InboundText): AddressKey {
  return suppressionKey(secret, channel, from);
}

/** Somebody who has the number, locked, with all that they consented to. */
interface Person {
  readonly row: ProfileRow;
  readonly records: readonly ConsentActRecord[];
}

type Action = 'stop' | 'stop-to-review' | 'start' | 'confirm' | 'help' | 'reply';

function actOn(
  text: InboundText,
  people: readonly Person[],
  at: Instant,
  isStartByProvider: boolean,
): { readonly action: Action; readonly keepsBody: boolean } {
  const intent = intentOf(text);
  switch (intent.kind) {
    case 'stop':
    case 'help':
      return { action: intent.kind, keepsBody: false };
    case 'start':
      if (intent.word !== 'YES') return { action: 'start', keepsBody: false };
      // YES grants only what was just asked for in a double opt-in; anywhere else it answers a question.
      if (people.some(({ records }) => asked(records, text, at).length > 0)) return { action: 'confirm', keepsBody: false };
      return isStartByProvider ? { action: 'start', keepsBody: false } : { action: 'reply', keepsBody: true };
    case 'free-form-stop':
      return { action: 'stop-to-review', keepsBody: true };
    case 'other':
      return { action: 'reply', keepsBody: true };
  }
}

function asked(records: readonly ConsentActRecord[], { channel }: InboundText, at: Instant) {
  return confirmable(records, channel, at);
}

/** A text that is new, at the instant of its transaction. */
interface TakenText extends InboundText {
  readonly now: Instant;
}

type Effect = (deps: Deps, trx: Trx, text: TakenText, people: readonly Person[]) => Promise<string | null>;

const effects: Readonly<Record<Action, Effect>> = {
  stop: async (deps, trx, text, people) => ((await stop(deps, trx, text, people)) ? answer('stopped', deps, people) : null),
  'stop-to-review': async (deps, trx, text, people) =>
    (await stop(deps, trx, text, people)) ? answer('stopped-by-sentence', deps, people) : null,
  start,
  confirm,
  help: async (deps, _trx, _text, people) => answer('help', deps, people),
  reply: tellOfReply,
};

/** True the first time: a person who has already stopped gets no more texts, so STOP is confirmed once. */
async function stop(deps: Deps, trx: Trx, text: TakenText, people: readonly Person[]): Promise<boolean> {
  const isFirst = await insertSuppression(trx, {
    ...keyOf(deps.secret, text),
    reason: 'stopped',
    detail: null,
    at: text.now,
  });
  await writeActs(deps, trx, text, people, ({ records }, at) =>
    actsOfStop(records, text.channel, at).map((act) => ({ ...act, method: 'keyword' })),
  );
  return isFirst;
}

/** Brings back exactly what STOP took; a number that is suppressed for another reason stays so. */
async function start(deps: Deps, trx: Trx, text: TakenText, people: readonly Person[]): Promise<string | null> {
  const key = keyOf(deps.secret, text);
  if (!(await liftSuppression(trx, { ...key, reason: 'stopped' }))) return null;
  await writeActs(deps, trx, text, people, ({ records }, at) =>
    actsOfStart(records, text.channel, at).map((act) => ({ ...act, method: 'keyword' })),
  );
  return answer('started', deps, people);
}

/** The confirmation that a double opt-in asked for. It lifts no STOP: only START does, or what the provider takes for it. */
async function confirm(deps: Deps, trx: Trx, text: TakenText, people: readonly Person[]): Promise<string | null> {
  if (text.takenFor === 'start') await start(deps, trx, text, people);
  const requests = people.flatMap(({ records }) => asked(records, text, text.now));
  await noteConfirmed(
    trx,
    requests.map(({ seq }) => seq),
    text.now,
  );
  await writeActs(deps, trx, text, people, ({ records }, at) => confirmations(asked(records, text, text.now), at));
  await liftByConfirmation(trx, keyOf(deps.secret, text));
  const left = await reasonOf(deps, trx, text);
  return answer(left === null ? 'confirmed' : left === 'stopped' ? 'confirmed-but-stopped' : 'confirmed-but-barred', deps, people);
}

async function writeActs(
  deps: Deps,
  trx: Trx,
  text: TakenText,
  people: readonly Person[],
  decide: (person: Person, at: Instant) => readonly Omit<ConsentGiven, 'channel' | 'at'>[],
): Promise<void> {
  const acts = people.map((person) => {
    const at = afterAll(
      person.records.filter(({ channel }) => channel === text.channel),
      text.now,
    );
    const given = decide(person, at).map((act) => ({ ...act, channel: text.channel, at }));
    return { profileId: person.row.id as ProfileId, given };
  });
  await writeConsentActs(deps, trx, acts, { eventId: eventIdOf(text), now: text.now });
}

async function tellOfReply(deps: Deps, trx: Trx, text: TakenText, people: readonly Person[]): Promise<null> {
  const at = text.now;
  const facts = people.map(
    ({ row }): Fact => ({
      name: 'message.replied',
      profileId: row.id as ProfileId,
      at,
      eventId: eventIdOf(text),
      properties: { channel: text.channel, inbound_id: text.id },
    }),
  );
  if (facts.length === 0) return null;
  const policy = deps.policies.current().engagement;
  const signal = { kind: 'sms_reply', key: `text/${text.id}` } as const;
  await tellFacts(trx, deps, {
    facts: facts.map((fact) => ({ fact, trigger: true })),
    people: people.map(({ row }) => ({
      id: row.id as ProfileId,
      lastInstant: at,
      ...(mayProfile(row.traits) ? { engagement: recordSignal(parseEngagement(row.engagement), signal, at, policy) } : {}),
    })),
  });
  return null;
}

function answer(kind: SmsAnswer, { shop }: Deps, people: readonly Person[]): string {
  const locales = people
    .flatMap(({ row: { traits } }) => [traits['locale'], traits['language']])
    .filter((value) => typeof value === 'string');
  return smsAnswer(kind, shop, [...locales, shop.locale]);
}
