import { suppressionKeys } from '../domain/consent/suppression.js';
import type { SendDecision } from '../domain/gate/verdict.js';
import { keyAt } from '../domain/keys/secrets.js';
import { mailboxOf } from '../domain/messages/channel.js';
import { foldAttempts, type MessageState } from '../domain/messages/message.js';
import type { Instant } from '../domain/time/instant.js';
import { type MessageId, messageIdFor } from '../domain/values/ids.js';
import type { SendStep } from '../journey/definition.js';
import type { Advanced } from '../journey/engine.js';
import type { Pending } from '../journey/entry.js';
import { originOf } from '../journey/internal.js';
import type { NewMessage } from './effects.js';
import { type KnownMessage, type Settling, type Turn, tellVerdict } from './turn.js';
import type { TurnMessage, TurnWorld } from './world.js';

export type PendingSend = Extract<Pending, { readonly kind: 'send' }>;

/**
 * The id of the message of a step at a visit: of the ledger where it is there, else made by the secret that signed when the entry began. So
 * it is the same on every repeat, and after a rotation.
 */
export function messageIdOf(
  { entry, secret, facts }: Pick<TurnWorld, 'entry' | 'secret' | 'facts'>,
  { step, visit }: Pick<PendingSend, 'step' | 'visit'>,
): MessageId {
  const known = facts.messages.find((message) => message.entryId === entry.id && message.step === step && message.visit === visit);
  return known?.id ?? messageIdFor(keyAt(secret, 'message-ids', entry.createdAt), `${entry.id}|${step}|${visit}`);
}

/** The message that is asked for now. */
export function newMessage({ world }: Turn, step: SendStep, pending: PendingSend): NewMessage {
  const { entry, definition, profile, secret } = world;
  return {
    id: messageIdOf(world, pending),
    origin: originOf(entry.journeyId),
    entryId: entry.id,
    journeyId: entry.journeyId,
    version: entry.version,
    step: step.id,
    visit: pending.visit,
    profileId: profile.id,
    channel: step.channel,
    class: definition.class,
    topic: definition.topic,
    priority: definition.priority,
    countsTowardCap: step.countsTowardCap,
    template: step.template,
    deadlineAt: pending.deadlineAt,
    addressHash: suppressionKeys(secret, profile).find(({ channel }) => channel === step.channel)?.hash ?? null,
    mailboxProvider: mailboxOf(profile, step.channel),
  };
}

/** The message that the entry had reserved at its present step. */
export function heldMessage({ entry, facts }: Pick<TurnWorld, 'entry' | 'facts'>): TurnMessage | null {
  return (
    facts.messages.find(({ entryId, step, state }) => entryId === entry.id && step === entry.data.step && state === 'reserved') ?? null
  );
}

/** The message of this entry that is at the provider, as this turn knows it by now. */
export function submitting({ world, messages }: Settling): TurnMessage | undefined {
  const { facts, entry } = world;
  return facts.messages.find(({ id, entryId }) => entryId === entry.id && messages.get(id)?.state === 'submitting');
}

/** Real milliseconds for which the lease of the message at the provider still lives; null: there is none. */
export function liveLeaseMs(turn: Settling): number | null {
  const { leaseReal = null } = submitting(turn) ?? {};
  const leftMs = leaseReal === null ? 0 : leaseReal - turn.world.facts.realNow;
  return leftMs > 0 ? leftMs : null;
}

/** An attempt may have reached the provider, and nobody knows. */
export function isAmbiguous({ attempts }: Pick<TurnMessage, 'attempts'>): boolean {
  return foldAttempts(attempts.map(({ outcome }) => outcome)) === 'unknown';
}

/** Writes the standing and the verdict of a message; a wake that finds it held as before adds nothing. */
export function record(
  turn: Turn,
  message: NewMessage,
  decision: Exclude<SendDecision, { kind: 'send' }>,
  stands: { readonly state: MessageState; readonly slotAt: Instant },
  roomOf: readonly MessageId[] = [],
): void {
  const known = turn.messages.get(message.id);
  if (decision.kind === 'hold' && turn.world.entry.activity === 'held' && known?.state === stands.state) return;
  turn.effects.push({ kind: 'message', message, standing: { ...stands, reason: decision.reason, at: turn.world.at } });
  tellVerdict(turn, message, decision, roomOf);
  remember(turn, message, { ...stands, reason: decision.reason });
}

function remember(turn: Turn, { id, entryId, channel }: NewMessage, now: Pick<KnownMessage, 'state' | 'slotAt' | 'reason'>): void {
  const { attempts = [], mayHaveLeftAt = null, lookFailures = 0 } = turn.messages.get(id) ?? {};
  turn.messages.set(id, { entryId, channel, attempts, mayHaveLeftAt, lookFailures, ...now });
}

/** The gate must promise a slot again, although that may take another turn. */
export function giveBack(turn: Turn, message: NewMessage, slotAt: Instant): void {
  turn.effects.push({ kind: 'message', message, standing: { state: 'released', reason: null, slotAt, at: turn.world.at } });
  remember(turn, message, { state: 'released', reason: null, slotAt });
}

/** A message that `catch_up` passes over becomes skipped; otherwise its slot would stay promised until the entry ends. */
export function giveUpSkipped(turn: Turn, held: TurnMessage, { pending }: Advanced): void {
  if (pending.kind === 'finished' || (pending.kind === 'send' && pending.step === held.step && pending.visit === held.visit)) return;
  const { at } = turn.world;
  const state = isAmbiguous(held) ? 'unknown' : 'skipped';
  turn.effects.push({ kind: 'settle', id: held.id, state, reason: 'paused', slotAt: null, providerId: null, at });
  turn.messages.set(held.id, { ...held, state, reason: 'paused' });
  tellVerdict(turn, held, { kind: 'skip', reason: 'paused', detail: { rule: 'catch-up' } });
}

/** After a merge, two entries that ran side by side may both have come to the same step: what left once does not leave again. */
export function isDuplicate({ facts, entry }: Pick<TurnWorld, 'facts' | 'entry'>, pending: PendingSend): boolean {
  return facts.messages.some(
    (other) =>
      other.entryId !== entry.id &&
      other.journeyId === entry.journeyId &&
      other.entryKey === entry.entryKey &&
      other.step === pending.step &&
      other.visit === pending.visit &&
      // A person who abandons a cart again after a series has ended gets another series.
      (other.entryEndedAt === null || other.entryEndedAt > entry.createdAt) &&
      leftOurHands.has(other.state),
  );
}

const leftOurHands: ReadonlySet<MessageState> = new Set(['submitting', 'accepted', 'delivered', 'bounced', 'failed', 'unknown']);
