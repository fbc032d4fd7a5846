import type { DeliveryReportClass } from '../../../domain/messages/bounce.js';
import { classOfWords } from './words.js';

/** What a server said of one recipient: of a notification's block, or of a refused command (`failed`, with its reply as the diagnostic). */
export interface DeliveryReport {
  readonly action: string | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

/**
 * The action first. Then what the words of the diagnostic say, because many servers put one status on everything; where they say nothing,
 * or less than the status, the status. Where the two contradict each other the milder one counts, but for a status that means "some
 * refusal" to its server (5.7.1, 5.3.0 …).
 *
 * @example classifyReport({ action: 'failed', status: '4.0.0', diagnostic: null }) // soft, although it failed
 * @example classifyReport({ action: 'failed', status: '5.1.1', diagnostic: '552 mailbox full' }) // soft
 */
export function classifyReport(report: DeliveryReport): DeliveryReportClass {
  const { action, diagnostic } = report;
  if (action === 'delayed') return 'delayed';
  if (action !== null && action !== 'failed') return 'informational';
  const code = codeOfReport(report);
  const coded = code === null ? null : byCode(code);
  if (coded?.kind === 'informational' || coded?.isSaid === true) return coded.kind;
  if (isForNow(code, diagnostic)) return 'soft';
  const words = isDirectoryRefusal(code, diagnostic) ? 'gone' : classOfWords(diagnostic ?? '');
  return byBoth(coded, words) ?? 'hard-unconfirmed';
}

/** The enhanced code that a report comes down to, for receipts and metrics: `5.1.1`. Null: it has none. */
export function codeOfReport({ status, diagnostic }: DeliveryReport): string | null {
  return isTelling(status) ? status : enhancedCode(diagnostic, status);
}

function isTelling(status: string | null): status is string {
  return status !== null && !/^5\.0\.0+$/.test(status);
}

function enhancedCode(diagnostic: string | null, fallback: string | null): string | null {
  return /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(diagnostic ?? '')?.[0] ?? fallback;
}

/** `isSaid`: so precise that no words change it. `isVague`: what a server also says where it means something else. */
interface Coded {
  readonly kind: DeliveryReportClass;
  readonly isSaid?: true;
  readonly isVague?: true;
}

function byBoth(coded: Coded | null, words: ReturnType<typeof classOfWords>): DeliveryReportClass | null {
  switch (words) {
    case null:
      return coded?.kind ?? null;
    case 'policy':
    case 'soft':
      return words;
    case 'gone':
      return coded === null || coded.kind === 'hard' || coded.isVague === true ? 'hard' : coded.kind;
    case 'perhaps-gone':
      // Nobody calls a mailbox dead for "rejected" under a status of policy.
      return coded === null || coded.kind === 'hard-unconfirmed' ? 'hard' : coded.kind;
  }
}

/**
 * Null: the code alone does not tell. Subjects of RFC 3463: 1 the address, 2 the mailbox, 3 the mail system, 5 the protocol, 6 the content,
 * 7 policy.
 */
function byCode(code: string): Coded | null {
  const [klass, subject, detail] = code.split('.');
  if (klass === '2') return { kind: 'informational' };
  if (klass === '4') return { kind: 'soft', isSaid: true };
  const exact = byExactCode.get(code);
  if (exact) return exact;
  if (subject === '3') return { kind: 'soft', isVague: true };
  if (subject === '5' || subject === '6') return { kind: 'policy', isVague: true };
  if (subject === '7') return { kind: 'policy', ...(detail === '0' || detail === '1' ? { isVague: true } : {}) };
  return subject === '2' && detail === '0' ? { kind: 'soft', isVague: true } : null;
}

const byExactCode: ReadonlyMap<string, Coded> = new Map<string, Coded>([
  ...['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.7.13'].map((code) => [code, { kind: 'hard' }] as const),
  // "Other address status", "other protocol status": alone they say no more than that it failed.
  ...['5.1.0', '5.5.0'].map((code) => [code, { kind: 'hard-unconfirmed', isVague: true }] as const),
  ...['5.2.2', '5.2.3', '5.3.4'].map((code) => [code, { kind: 'soft' }] as const),
  // Our own address as sender is what they refuse.
  ...['5.1.7', '5.1.8', '5.7.26', '5.7.515'].map((code) => [code, { kind: 'policy', isSaid: true }] as const),
]);

/** A reply of 4xx, or 552 ("storage exceeded"), without a code that says more. */
function isForNow(code: string | null, diagnostic: string | null): boolean {
  const reply = /^\W{0,3}(4\d\d|552)\b/.exec(diagnostic ?? '')?.[1];
  return reply !== undefined && (code === null || /^5\.0\.0+$/.test(code)) && classOfWords(diagnostic ?? '') !== 'policy';
}

/** Microsoft 365 says "access denied" (5.4.1) only about addresses that are not in its directory. */
function isDirectoryRefusal(code: string | null, diagnostic: string | null): boolean {
  return code === '5.4.1' && /recipient address rejected: access denied/i.test(diagnostic ?? '');
}
