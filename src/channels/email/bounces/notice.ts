import type { DeliveryReportClass } from '../../../domain/messages/bounce.js';
import { classifyReport, codeOfReport } from './bounce-class.js';
import type { DsnRecipient } from './dsn.js';
import type { TextReport } from './text-report.js';

const mildestFirst: readonly DeliveryReportClass[] = ['informational', 'delayed', 'policy', 'soft', 'hard-unconfirmed', 'hard'];

/**
 * Each message has one recipient. A report about several lists forwarding addresses: the block of the message's own address decides; if
 * there is none (hidden, rewritten), the mildest, because the mail may have reached the person at another.
 */
export function decisive(recipients: readonly DsnRecipient[], address: string | null): DsnRecipient {
  const isOwn = (text: string | null): boolean => text !== null && address !== null && text.toLowerCase() === address;
  const own = recipients.filter(({ originalRecipient, finalRecipient }) => isOwn(originalRecipient) || isOwn(finalRecipient));
  const [found] = (own.length > 0 ? own : recipients).toSorted((a, b) => rank(a) - rank(b));
  if (!found) throw new Error('A notification without a recipient came through its reader.');
  return found;
}

function rank(recipient: DsnRecipient): number {
  return mildestFirst.indexOf(classifyReport(recipient));
}

/** What a notification says of one recipient; where its fields do not say why, what the sentences beside them say. */
export function readNotice(recipient: DsnRecipient, inWords: TextReport | null): TextReport {
  const found = classifyReport(recipient);
  const code = codeOfReport(recipient);
  const isUnexplained = found === 'hard-unconfirmed' || (found === 'hard' && recipient.diagnostic === null);
  if (!isUnexplained || inWords === null || inWords.found === 'delayed' || inWords.found === 'hard-unconfirmed') return { found, code };
  return { found: inWords.found, code: code ?? inWords.code };
}
