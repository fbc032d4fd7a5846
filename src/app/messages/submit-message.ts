import type { AttemptOutcome } from '../../domain/messages/message.js';
import { type Outgoing, providerOf } from '../../domain/messages/outgoing.js';
import { leaseMs } from '../../domain/values/lease.js';
import type { AppDeps } from '../deps.js';
import { recordRejection } from '../inbound/record-rejection.js';

/** Between the commit of `submitting` and the call: later than this the gate is asked again. */
const callWithinMs = 500;
/** At this total time the provider's socket is destroyed. */
export const providerDeadlineMs = 20_000;

/**
 * Calls the provider at once. A call that would begin too late, or with too little of the lease left, is not made: that is a definite
 * `not-sent`, and the whole gate runs again.
 */
export async function submitMessage(deps: AppDeps, outgoing: Outgoing, committedAt: number): Promise<AttemptOutcome> {
  const channel = outgoing.kind;
  const elapsedMs = performance.now() - committedAt;
  if (elapsedMs > callWithinMs || leaseMs - elapsedMs < providerDeadlineMs)
    return { kind: 'not-sent', code: 'begun-too-late', retry: true, retryAfterMs: 0 };
  const outcome = await call(deps, outgoing);
  const code = outcome.kind === 'accepted' ? null : outcome.code;
  deps.metrics.attempt(channel, outcome.kind, code);
  deps.slots[channel].recordOutcome(outcome.kind === 'accepted' || (outcome.kind === 'not-sent' && !outcome.retry), deps.clock.realNow());
  if (outcome.kind !== 'accepted')
    deps.log.warn({ messageId: outgoing.messageId, channel, outcome: outcome.kind, code }, 'A provider did not accept a message.');
  if (outcome.kind === 'not-sent') await heedRejection(deps, outgoing, outcome);
  return outcome;
}

/** What a refusal says of the address must not cost its outcome. */
async function heedRejection(deps: AppDeps, { messageId, kind: channel }: Outgoing, outcome: NotSent): Promise<void> {
  try {
    await recordRejection(deps, { messageId, channel }, outcome);
  } catch (error) {
    deps.log.error(
      { messageId, channel, code: outcome.code, error: error instanceof Error ? error.name : 'unknown' },
      'A suppression after a refusal could not be stored.',
    );
  }
}

type NotSent = Extract<AttemptOutcome, { readonly kind: 'not-sent' }>;

async function call(deps: AppDeps, outgoing: Outgoing): Promise<AttemptOutcome> {
  try {
    return await providerOf(deps.providers, outgoing).submit(outgoing, { deadlineMs: providerDeadlineMs });
  } catch (cause) {
    // Providers answer and do not throw; if one does, nobody knows how far it came.
    deps.log.error(
      { messageId: outgoing.messageId, channel: outgoing.kind, error: cause instanceof Error ? cause.name : 'unknown' },
      'A provider threw.',
    );
    return { kind: 'unknown', code: 'provider-threw' };
  }
}
