import { suppressionKeys, unsubscribeKeys } from '../../domain/consent/suppression.js';
import { reservationGraceMs } from '../../domain/gate/earliest-slot.js';
import type { SendFacts } from '../../domain/gate/guards/guard.js';
import { isHeld, type LedgerRow } from '../../domain/gate/ledger.js';
import { decideSend } from '../../domain/gate/send-gate.js';
import { type Channel, type MessageClass, mailboxOf } from '../../domain/messages/channel.js';
import { reach } from '../../domain/messages/reach.js';
import { topicIds, unknownTopic } from '../../domain/policy/topic-policy.js';
import { durationWords } from '../../domain/time/duration.js';
import { day, type Instant, minute } from '../../domain/time/instant.js';
import { readPauseKeys } from '../../store/controls.js';
import { readSuppressions } from '../../store/profiles-read.js';
import { readUnsubscribes } from '../../store/unsubscribes.js';
import { gateFacts } from '../../turn/gate-facts.js';
import { pauseOn, pausesOf } from '../../turn/pauses.js';
import type { AppDeps } from '../deps.js';
import { type Person, readPerson } from '../people/read-person.js';
import { findRecipient, type Recipient } from './send-message.js';
import { answerOf, type VerdictAnswer } from './verdict-answer.js';

/** Could this be sent, and if not now, when? */
export interface SendCheck {
  readonly to: Recipient;
  readonly channel: Channel;
  readonly topic: string;
  readonly class: MessageClass;
  /** 0–100; null: that of the class. */
  readonly priority: number | null;
  /** A future instant to ask about; null: now. */
  readonly at: Instant | null;
  /** After it, it would not be sent any more. Absent: as far ahead as is looked. */
  readonly deadlineAt?: Instant;
}

export type SendCheckResult =
  | ({ readonly kind: 'answer' } & VerdictAnswer)
  | { readonly kind: 'unknown-profile' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

type Deps = Pick<AppDeps, 'store' | 'clock' | 'policies' | 'shop' | 'secret' | 'allowFictionalPhones'>;

/** How far ahead somebody may ask, and how far ahead a slot is looked for. */
const horizonMs = 90 * day;
/** A client's clock may be a little behind. */
const lateAtMostMs = minute;

/**
 * Asks the gate without sending or promising anything: nothing is written, nothing locked. Assumes that the content is complete. Uses the
 * person's present state: up to a future instant only the promises are known, and count as sent.
 */
export async function checkSend(deps: Deps, check: SendCheck): Promise<SendCheckResult> {
  const policies = deps.policies.current();
  const unknown = unknownTopic(check.topic, topicIds(policies.topics));
  if (unknown !== null)
    return { kind: 'refused', code: 'unknown-topic', reason: [unknown.message, unknown.suggestion].filter(Boolean).join(' ') };
  const profileId = await findRecipient(deps, check.to);
  const person = profileId === null ? null : await readPerson(deps, profileId);
  if (person === null) return { kind: 'unknown-profile' };
  const refusal = check.at === null ? null : refuseInstant(check.at, person.at);
  if (refusal !== null) return { kind: 'refused', ...refusal };

  const at = Math.max(person.at, check.at ?? person.at);
  const { channel, topic, class: messageClass } = check;
  const priority = check.priority ?? policies.classes.classes[messageClass].defaultPriority;
  const request = {
    messageId: 'send-check',
    channel,
    class: messageClass,
    topic,
    priority,
    at,
    deadlineAt: check.deadlineAt ?? at + horizonMs,
    onCapped: 'defer' as const,
  };
  const suppressed = await readSuppressions(deps.store.db, suppressionKeys(deps.secret, person));
  const unsubscribed = await readUnsubscribes(deps.store.db, unsubscribeKeys(deps.secret, person));
  const facts = gateFacts(
    policies,
    {
      ...person,
      ledger: ledgerBy(person, at),
      consents: person.engagement.consents,
      suppressions: Object.fromEntries(suppressed.map((one) => [one.channel, one.reason])),
      unsubscribedAt: Object.fromEntries(unsubscribed.map((one) => [one.channel, one.at])),
    },
    request,
    {
      paused: await pauseFor(deps, { channel, class: messageClass, mailbox: mailboxOf(person, channel) }),
      reachable: reachable(deps, person, channel),
      content: { kind: 'ready' },
    },
  );
  return { kind: 'answer', ...answerOf(decideSend(request, facts), { timeZone: person.timeZone, channel }) };
}

/** The ledger as far as it is known for `at`: what is promised before that has left by then. */
function ledgerBy(person: Person, at: Instant): readonly LedgerRow[] {
  if (at <= person.at) return person.ledger;
  const leavesBefore = (row: LedgerRow): boolean =>
    row.state === 'reserved' && !isHeld(row) && row.slotAt < at && row.slotAt + reservationGraceMs > person.at;
  return person.ledger.map((row) => (leavesBefore(row) ? { ...row, state: 'accepted' } : row));
}

function refuseInstant(at: Instant, now: Instant): { readonly code: string; readonly reason: string } | null {
  if (at < now - lateAtMostMs)
    return { code: 'instant-passed', reason: 'This instant is in the past: ask about now (without "at") or about a later one.' };
  if (at > now + horizonMs)
    return { code: 'instant-too-late', reason: `This is too far in the future: ask about an instant within ${durationWords(horizonMs)}.` };
  return null;
}

function reachable(
  deps: Pick<AppDeps, 'allowFictionalPhones' | 'shop'>,
  profile: Parameters<typeof reach>[0],
  channel: Channel,
): SendFacts['reachable'] {
  const address = reach(profile, channel, { allowFictional: deps.allowFictionalPhones, countries: deps.shop.texts.countries });
  return address.kind === 'ok' ? { kind: 'ok' } : { kind: 'no', code: address.code };
}

async function pauseFor({ store }: Pick<AppDeps, 'store'>, of: Parameters<typeof pauseOn>[1]): Promise<SendFacts['paused']> {
  return pauseOn(pausesOf(await readPauseKeys(store.db), false), of);
}
