import type { LedgerSlot } from '../messages/message.js';
import { earliestSlot, type TimingRule } from './earliest-slot.js';
import { frequencyCaps } from './frequency-cap.js';
import type { SendFacts, SendRequest } from './guards/guard.js';
import type { SendDecision } from './verdict.js';

/**
 * The earliest slot under quiet hours and caps together. A slot that is only promised to a less important message does not delay this one:
 * the decision names the messages that give up their slots, as few as possible, the least important first and of these the latest. Messages
 * at a provider and sent messages keep their slots, and so do promises to messages of the same priority: first come, first served.
 */
export function slotByRank(request: SendRequest, facts: Pick<SendFacts, 'caps' | 'ledger'>, quiet: readonly TimingRule[]): SendDecision {
  const decideOver = (ledger: readonly LedgerSlot[]): SendDecision =>
    earliestSlot(request, ledger, [...quiet, ...frequencyCaps(request, { caps: facts.caps, ledger })]);
  const besideAll = decideOver(facts.ledger);
  const outranked = facts.ledger.filter((slot) => yieldsTo(slot, request)).toSorted(leastImportantFirst);
  if (outranked.length === 0 || besideAll.kind === 'send') return besideAll;

  const without = (gone: readonly LedgerSlot[]): SendDecision => decideOver(facts.ledger.filter((slot) => !gone.includes(slot)));
  const best = instantOf(without(outranked), request);
  if (best >= instantOf(besideAll, request)) return besideAll;
  // Everybody who need not go stays, the most important first.
  const displaced = outranked.reduceRight((gone, slot) => {
    const others = gone.filter((one) => one !== slot);
    return instantOf(without(others), request) === best ? others : gone;
  }, outranked);
  const decision = without(displaced);
  if (decision.kind !== 'send' && decision.kind !== 'defer') return decision;
  return { ...decision, displaces: displaced.map(({ messageId }) => messageId) };
}

function yieldsTo(slot: LedgerSlot, request: SendRequest): boolean {
  return slot.state === 'reserved' && slot.isOfAnother !== true && slot.messageId !== request.messageId && slot.priority < request.priority;
}

function leastImportantFirst(a: LedgerSlot, b: LedgerSlot): number {
  return a.priority - b.priority || b.slotAt - a.slotAt || (a.messageId < b.messageId ? 1 : -1);
}

function instantOf(decision: SendDecision, request: SendRequest): number {
  if (decision.kind === 'send') return request.at;
  return decision.kind === 'defer' ? decision.until : Number.POSITIVE_INFINITY;
}
