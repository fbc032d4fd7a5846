import { bounceStatuses } from '../../domain/messages/bounce.js';
import { type Channel, channelKind } from '../../domain/messages/channel.js';
import type { AttemptOutcome } from '../../domain/messages/message.js';
import { lockProfiles } from '../../store/profiles.js';
import { findMessageOwner, insertReceipt, lockMessage } from '../../store/receipts.js';
import type { AppDeps } from '../deps.js';
import { actOnReport, type Report, suppressByReport } from './act-on-report.js';

/**
 * A provider refused a message for good while it was on the line. What that says of the address counts like a bounce that came back later.
 * Nothing where it says nothing.
 */
export async function recordRejection(
  deps: AppDeps,
  { messageId, channel }: { readonly messageId: string; readonly channel: Channel },
  outcome: Extract<AttemptOutcome, { readonly kind: 'not-sent' }>,
): Promise<void> {
  const { bounce, code } = outcome;
  const report: Report = { status: bounce === undefined ? 'rejected' : bounceStatuses[bounce], code: enhancedOf(code), to: null };
  if (bounce === undefined && channelKind(channel).readReport(report) === null) return;
  const message = await deps.store.transaction(async (trx) => {
    const owner = await findMessageOwner(trx, messageId);
    if (owner === null) return null;
    await lockProfiles(trx, [owner]);
    const found = await lockMessage(trx, messageId);
    if (found === null) return null;
    const at = deps.clock.now();
    if (bounce === undefined) return found;
    await insertReceipt(trx, { messageId: found.id, provider: 'smtp', providerId: found.id, status: report.status, code: report.code, at });
    await suppressByReport(deps, trx, found, report, at);
    return found;
  });
  if (message !== null) await actOnReport(deps, message, report, true);
}

/** `smtp-550-5.7.26` says `5.7.26`, as a bounce would. */
function enhancedOf(code: string): string {
  return /^smtp-\d{3}-(\d\.\d{1,3}\.\d{1,3})$/.exec(code)?.[1] ?? code;
}
