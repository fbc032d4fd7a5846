import { type BounceClass, isDeadAddress } from '../../domain/messages/bounce.js';
import { channelKind } from '../../domain/messages/channel.js';
import { day, type Instant } from '../../domain/time/instant.js';
import { readBounceHistory } from '../../store/bounces.js';
import type { Trx } from '../../store/db.js';
import { countReceiptCodes, type ReceiptMessage } from '../../store/receipts.js';
import { suppress } from '../consent/suppress-address.js';
import type { AppDeps } from '../deps.js';
import { tripBreaker, watchBreakers } from './breakers.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret' | 'log' | 'metrics' | 'notifyRelay' | 'slots'>;

/** What a provider said of one message, at once or later. */
export interface Report {
  /** A receipt's status: Twilio's word, `bounce-hard` and the like, or `complained`. */
  readonly status: string;
  readonly code: string | null;
  /** The address as the provider gives it; null: the message's own. */
  readonly to: string | null;
}

/**
 * What a report says of the address itself, in the transaction that stored it: a dead one is suppressed, and so is who complained. The next
 * look of the gate sees it, under the same lock.
 */
export async function suppressByReport(deps: Deps, trx: Trx, message: ReceiptMessage, report: Report, at: Instant): Promise<void> {
  const { code } = report;
  const { channel, profileId } = message;
  const action = channelKind(channel).readReport(report);
  if (action?.kind === 'suppress') {
    const { reason, messages, codes } = action;
    const address = report.to ?? message.address;
    if (address === null || (messages > 1 && (await countReceiptCodes(trx, profileId, codes, at - 30 * day)) < messages)) return;
    return suppress(deps, trx, { channel, address, reason, code, at });
  }
  const { address } = message;
  if (address === null) return;
  if (action?.kind === 'complaint') return suppress(deps, trx, { channel, address, reason: 'complained', code, at });
  if (action?.kind !== 'bounce') return;
  const history = await readBounceHistory(trx, { profileId, channel, address, at });
  if (isDeadAddress(action.bounce, history)) await suppress(deps, trx, { channel, address, reason: 'bounced', code, at });
}

/**
 * What a report asks for beyond its message, once that is committed: counters, alarms, breakers. Doing it again does no harm; `isNew`
 * guards the counters.
 */
export async function actOnReport(deps: Deps, message: ReceiptMessage, report: Report, isNew: boolean): Promise<void> {
  const { code } = report;
  const action = channelKind(message.channel).readReport(report);
  switch (action?.kind) {
    case undefined:
    case 'suppress':
      return;
    case 'complaint':
    case 'bounce':
      return countReturned(deps, message, { what: action.kind === 'bounce' ? action.bounce : 'complaint', code, isNew });
    case 'pause':
      // A shop's own message gets its verdict; other messages with the template are not stopped by it.
      if (message.journeyId !== null && message.origin !== 'test' && message.origin !== 'api')
        await tripBreaker(
          deps,
          { kind: 'journey', id: message.journeyId },
          {
            rule: 'provider-code',
            finding: `a text was refused with ${code}, and the next ones would be too: correct content or registration`,
          },
        );
      return;
    case 'back-off':
      if (isNew) deps.slots[message.channel].recordOutcome(false, deps.clock.realNow());
      return;
    case 'operator':
      if (!isNew) return;
      deps.metrics.alarm(code ?? 'provider-account');
      deps.log.error({ messageId: message.id, code }, 'The provider refuses our account. Look at its credentials and state.');
      return;
  }
}

async function countReturned(
  deps: Deps,
  message: ReceiptMessage,
  { what, code, isNew }: { readonly what: BounceClass | 'complaint'; readonly code: string | null; readonly isNew: boolean },
): Promise<void> {
  const provider = message.mailboxProvider ?? 'other';
  if (isNew) deps.metrics.bounce(what, provider);
  if (isNew && what === 'policy') {
    deps.metrics.alarm(authenticationCodes.has(code ?? '') ? 'not-authenticated' : 'refused-by-policy');
    deps.log.error(
      { messageId: message.id, provider, code },
      authenticationCodes.get(code ?? '') ??
        'A mail was refused by policy. The person stays reachable; the cause is ours: reputation, content or authentication.',
    );
  }
  if (what === 'complaint' || what === 'hard') await watchBreakers(deps, message);
}

const unsigned = 'our mail does not pass SPF, DKIM or DMARC there. Correct the DNS records of the From domain; until then nothing arrives.';
const authenticationCodes: ReadonlyMap<string, string> = new Map([
  ['5.7.26', `Gmail refuses a mail (5.7.26): ${unsigned}`],
  ['5.7.515', `Outlook refuses a mail (5.7.515): ${unsigned}`],
]);
