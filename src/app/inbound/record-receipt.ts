import { type DeliveryReceipt, toldByReceipt } from '../../channels/receipts.js';
import type { Fact, KnownFactName } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { NewInput } from '../../matching/waits.js';
import type { Trx } from '../../store/db.js';
import { lockProfiles } from '../../store/profiles.js';
import { findMessageOwner, insertReceipt, lockMessage, type ReceiptMessage, settleByReceipt } from '../../store/receipts.js';
import type { AppDeps } from '../deps.js';
import { movedBy, tellFacts } from '../ingest/tell-facts.js';
import { actOnReport, suppressByReport } from './act-on-report.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'newId' | 'log' | 'metrics' | 'slots' | 'notifyRelay' | 'policies' | 'segments'>;

export type ReceiptResult = 'recorded' | 'known' | 'unknown-message';

/**
 * Processes a provider's report about one message, also a bounce or a complaint: it is stored once, folded into the message by rank, and
 * given to its entry (which sees it at its next turn) and to journeys that wait for it; a dead address is suppressed. Committed when it
 * returns; can be repeated, in any order.
 */
export async function recordReceipt(deps: Deps, messageId: string, receipt: DeliveryReceipt): Promise<ReceiptResult> {
  const { result, wakes, message } = await deps.store.transaction((trx) => fold(deps, trx, messageId, receipt));
  if (wakes) deps.notifyRelay();
  if (message) await actOnReport(deps, message, receipt, result === 'recorded');
  return result;
}

interface Folded {
  readonly result: ReceiptResult;
  readonly wakes: boolean;
  readonly message?: ReceiptMessage;
}

async function fold(deps: Deps, trx: Trx, messageId: string, receipt: DeliveryReceipt): Promise<Folded> {
  const owner = await findMessageOwner(trx, messageId);
  if (owner === null) return { result: 'unknown-message', wakes: false };
  await lockProfiles(trx, [owner]);
  const message = await lockMessage(trx, messageId);
  if (message === null) return { result: 'unknown-message', wakes: false };

  const at = deps.clock.now();
  if (!(await insertReceipt(trx, { ...receipt, messageId: message.id, at }))) return { result: 'known', wakes: false, message };
  await suppressByReport(deps, trx, message, receipt, at);
  const told = toldByReceipt(message.state, receipt.status);
  if (told.kind !== 'delivery') return { result: 'recorded', wakes: false, message };
  const { state, fact } = told;
  await settleByReceipt(trx, { messageId: message.id, state, providerId: receipt.providerId, at });
  const facts = fact === null ? [] : [{ fact: factOf(fact, message, receipt, at), trigger: true }];
  const inputs = inputOf(message, receipt, at);
  const { wakes } = await tellFacts(trx, deps, { facts, people: movedBy(facts), inputs });
  return { result: 'recorded', wakes, message };
}

function inputOf(message: ReceiptMessage, { status }: DeliveryReceipt, at: Instant): readonly NewInput[] {
  if (message.entryId === null || !message.entryIsLive) return [];
  return [{ entryId: message.entryId, input: { kind: 'receipt', messageId: message.id, status, at } }];
}

function factOf(name: KnownFactName, message: ReceiptMessage, receipt: DeliveryReceipt, at: Instant): Fact {
  return {
    name,
    profileId: message.profileId,
    at,
    eventId: `${receipt.provider}/${receipt.providerId}/${receipt.status}`,
    properties: { message_id: message.id, channel: message.channel, journey: message.journeyId, step: message.step, code: receipt.code },
  };
}
