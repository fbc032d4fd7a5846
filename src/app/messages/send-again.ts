import { spellingsOf, suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { verdictSentence } from '../../domain/gate/explain.js';
import { decideSend } from '../../domain/gate/send-gate.js';
import type { SendDecision } from '../../domain/gate/verdict.js';
import { signingKey } from '../../domain/keys/secrets.js';
import { type Channel, mailboxOf } from '../../domain/messages/channel.js';
import type { Outgoing } from '../../domain/messages/outgoing.js';
import { reach } from '../../domain/messages/reach.js';
import { type Instant, minute } from '../../domain/time/instant.js';
import { type MessageId, messageIdFor } from '../../domain/values/ids.js';
import { leaseMs } from '../../domain/values/lease.js';
import { lockPauses } from '../../store/controls.js';
import type { Trx } from '../../store/db.js';
import { readRealNow, writeAttempt, writeAttemptOutcome, writeMessage, writeSettled, writeVerdict } from '../../store/messages.js';
import { type LeftMessage, lockAddresses, readLeft } from '../../store/messages-left.js';
import { lockProfiles } from '../../store/profiles.js';
import { readSuppressions } from '../../store/profiles-read.js';
import { readUnsubscribes } from '../../store/unsubscribes.js';
import { writeTogether } from '../../store/write-together.js';
import type { NewMessage } from '../../turn/effects.js';
import { gateFacts } from '../../turn/gate-facts.js';
import { pauseOn } from '../../turn/pauses.js';
import type { AppDeps } from '../deps.js';
import { type Person, readPerson } from '../people/read-person.js';
import { submitMessage } from './submit-message.js';

export type SentAgain =
  | { readonly kind: 'sent'; readonly messageId: MessageId }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | { readonly kind: 'unknown' };

/** Who clicks twice means once. */
const onceInMs = 10 * minute;

/**
 * Sends a message again that left before, to the person's address as it is now, with the words that it had: somebody asked support for it.
 * It is a message of its own, and passes the whole gate: consent, suppression, holds, caps and quiet hours count; nothing waits for later.
 */
export async function sendAgain(deps: AppDeps, id: string): Promise<SentAgain> {
  if (!deps.mayBeginSend()) return refused('shutting-down', 'The service is shutting down and starts no message. Try again in a moment.');
  const left = await readLeft(deps.store.db, id);
  if (left === null) return { kind: 'unknown' };
  const { content } = left;
  if (content === null) return refused('no-content', 'Its words are not kept, or it never left: sojourn message why says which.');
  const slot = Math.floor(deps.clock.now() / onceInMs);
  const again = { ...left, content, id: idOf(deps, left.id, slot), idBefore: idOf(deps, left.id, slot - 1) };
  // The slot first: the lease that `begin` commits covers the call alone.
  const sent = await deps.slots[left.channel].use('queue', () => beginAndSubmit(deps, again));
  if (sent === null) return refused('provider-busy', 'The provider is slow, and every connection to it is in use. Try again later.');
  return sent;
}

interface Again extends LeftMessage {
  readonly id: MessageId;
  /** The id that it would have had ten minutes earlier. */
  readonly idBefore: MessageId;
  readonly content: Outgoing;
}

/** One for each ten minutes, so that two who click at once mean the same message. */
function idOf({ secret }: AppDeps, before: string, slot: number): MessageId {
  return messageIdFor(signingKey(secret, 'message-ids'), `again|${before}|${slot}`);
}

function refused(code: string, reason: string): Extract<SentAgain, { readonly kind: 'refused' }> {
  return { kind: 'refused', code, reason };
}

async function beginAndSubmit(deps: AppDeps, again: Again): Promise<SentAgain> {
  const begun = await deps.store.transaction((trx) => begin(deps, trx, again));
  if (begun.kind !== 'begun') return begun;
  const outcome = await submitMessage(deps, begun.outgoing, performance.now());
  const { id } = again;
  await deps.store.transaction(async (trx) => {
    const providerId = outcome.kind === 'accepted' ? outcome.providerId : null;
    const at = deps.clock.now();
    const state = outcome.kind === 'not-sent' ? 'skipped' : outcome.kind;
    const reason = state === 'skipped' ? 'provider-rejected' : null;
    await writeTogether(trx, {
      attempts: writeAttemptOutcome({ messageId: id, n: 1, outcome, at }),
      messages: writeSettled({ id, state, reason, slotAt: null, providerId, at }),
    });
  });
  if (outcome.kind === 'not-sent') return refused('provider-rejected', `The provider did not take it (${outcome.code}). Try again later.`);
  return { kind: 'sent', messageId: id };
}

type Begun = { readonly kind: 'begun'; readonly outgoing: Outgoing } | Exclude<SentAgain, { readonly kind: 'sent' }>;

/** Asks the gate under the locks of a turn, and writes what it says. */
async function begin(deps: AppDeps, trx: Trx, again: Again): Promise<Begun> {
  await lockProfiles(trx, [again.profileId]);
  const person = await readPerson(deps, again.profileId, trx);
  if (person === null || person.profileId !== again.profileId) return { kind: 'unknown' };
  await lockAddresses(trx, suppressionKeys(deps.secret, person).flatMap(spellingsOf));
  // One that was only refused may be tried again at once.
  if ((await leftSince(trx, again.id, person.at - onceInMs)) || (await leftSince(trx, again.idBefore, person.at - onceInMs)))
    return refused('sent-again-already', 'It was sent again a moment ago. Wait ten minutes before you do so once more.');
  const { channel } = again;
  const address = reach(person, channel, { allowFictional: deps.allowFictionalPhones, countries: deps.shop.texts.countries });
  const at = person.at;
  const decision = await decide(deps, trx, { again, person, at, code: address.kind === 'ok' ? null : address.code });
  const outgoing = address.kind === 'ok' ? addressedTo(again, address.address) : null;
  const addressHash = suppressionKeys(deps.secret, person).find((key) => key.channel === channel)?.hash ?? null;
  await write(deps, trx, { message: newMessage(again, addressHash, at), again, decision, outgoing, at });
  if (decision.kind === 'send' && outgoing !== null) return { kind: 'begun', outgoing };
  const sentence = verdictSentence(decision, { timeZone: person.timeZone, channel });
  return refused(decision.kind === 'send' ? 'unreachable' : decision.reason, sentence);
}

async function leftSince(trx: Trx, id: MessageId, since: Instant): Promise<boolean> {
  const { leftAt = null } = (await readLeft(trx, id)) ?? {};
  return leftAt !== null && leftAt > since;
}

interface Asked {
  readonly again: Again;
  readonly person: Person;
  readonly at: Instant;
  /** Why the person cannot be reached; null: they can. */
  readonly code: string | null;
}

async function decide(deps: AppDeps, trx: Trx, { again, person, at, code }: Asked): Promise<SendDecision> {
  const { channel, class: messageClass, topic, priority } = again;
  const request = {
    messageId: again.id,
    channel,
    class: messageClass,
    topic,
    priority,
    at,
    deadlineAt: at,
    onCapped: 'skip' as const,
    isUserInitiated: true,
  };
  const byChannel = (rows: readonly { readonly channel: string; readonly value: unknown }[]) =>
    Object.fromEntries(rows.map((one) => [one.channel, one.value]));
  const suppressed = await readSuppressions(trx, suppressionKeys(deps.secret, person));
  const unsubscribed = await readUnsubscribes(trx, unsubscribeKeys(deps.secret, person));
  const mailbox = mailboxOf(person, channel);
  const pauses = await lockPauses(trx, { journeyId: null, providers: mailbox === null ? [] : [mailbox] });
  const facts = gateFacts(
    deps.policies.current(),
    {
      ...person,
      consents: person.engagement.consents,
      suppressions: byChannel(suppressed.map((one) => ({ channel: one.channel, value: one.reason }))) as Partial<Record<Channel, string>>,
      unsubscribedAt: byChannel(unsubscribed.map((one) => ({ channel: one.channel, value: one.at }))) as Partial<Record<Channel, Instant>>,
    },
    request,
    {
      paused: pauseOn(pauses, { channel, class: messageClass, mailbox }),
      reachable: code === null ? { kind: 'ok' } : { kind: 'no', code },
      content: { kind: 'ready' },
    },
  );
  return decideSend(request, facts);
}

/** The same words, under the new id and to the present address. */
function addressedTo({ id, content }: Again, address: string): Outgoing {
  return typeof content.to === 'string'
    ? ({ ...content, messageId: id, to: address } as Outgoing)
    : ({ ...content, messageId: id, to: { ...content.to, address } } as Outgoing);
}

interface Decided {
  readonly message: NewMessage;
  readonly again: Again;
  readonly decision: SendDecision;
  readonly outgoing: Outgoing | null;
  readonly at: Instant;
}

async function write(deps: AppDeps, trx: Trx, { message, again, decision, outgoing, at }: Decided): Promise<void> {
  const standing =
    decision.kind === 'send' && outgoing !== null
      ? writeAttempt(message, {
          n: 1,
          at,
          leaseReal: (await readRealNow(trx)) + leaseMs,
          outgoing,
          templateVersion: again.templateVersion,
          contentHash: again.contentHash,
          links: again.links,
          provider: deps.providers[again.channel].name,
        })
      : {
          messages: writeMessage(message, { state: 'skipped', reason: decision.kind === 'send' ? null : decision.reason, slotAt: at, at }),
        };
  await writeTogether<'messages' | 'attempts' | 'verdicts'>(trx, { ...standing, verdicts: writeVerdict(again.id, decision, at) });
}

function newMessage(
  { id, profileId, channel, class: messageClass, topic, priority, template }: Again,
  addressHash: string | null,
  at: Instant,
): NewMessage {
  return {
    id,
    origin: 'api',
    entryId: null,
    journeyId: null,
    version: null,
    step: null,
    visit: null,
    profileId,
    channel,
    class: messageClass,
    topic,
    priority,
    template,
    deadlineAt: at,
    addressHash,
  };
}
