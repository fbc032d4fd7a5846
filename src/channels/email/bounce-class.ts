import type { DeliveryReportClass } from '../../domain/bounce.js';

/** What a server said of one recipient: of a notification's block, or of a refused command (`failed`, with its reply as the diagnostic). */
export interface DeliveryReport {
  readonly action: string | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

/**
 * The action first, then the status by its class, subject and detail. A status that says nothing (5.0.0, none) is looked for in the diagnostic: an enhanced
 * code there, else its words.
 *
 * @example classifyReport({ action: 'failed', status: '4.0.0', diagnostic: null }) // soft, although it failed
 */
export function classifyReport({ action, status, diagnostic }: DeliveryReport): DeliveryReportClass {
  if (action === 'delayed') return 'delayed';
  if (action !== null && action !== 'failed') return 'informational';
  const code = isTelling(status) ? status : enhancedCode(diagnostic, status);
  return (code === null ? null : byCode(code)) ?? byWords(diagnostic ?? '') ?? 'hard-unconfirmed';
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

/** Null: the code alone does not tell. */
function byCode(code: string): DeliveryReportClass | null {
  if (code.startsWith('2.')) return 'informational';
  if (code.startsWith('4.')) return 'soft';
  const [, subject, detail] = code.split('.');
  const exact = byExactCode.get(code);
  if (exact) return exact;
  // Subjects of RFC 3463: 3 the mail system, 5 the protocol, 6 the content, 7 security and policy.
  if (subject === '3') return 'soft';
  if (subject === '5' || subject === '6' || subject === '7') return 'policy';
  return subject === '2' && detail === '0' ? 'soft' : null;
}

const byExactCode: ReadonlyMap<string, DeliveryReportClass> = new Map<string, DeliveryReportClass>([
  ...['5.1.0', '5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.7.13'].map((code) => [code, 'hard'] as const),
  ...['5.2.2', '5.2.3'].map((code) => [code, 'soft'] as const),
  // Our own address as sender is what they refuse.
  ...['5.1.7', '5.1.8'].map((code) => [code, 'policy'] as const),
]);

/** In this order: "recipient rejected as spam" is about us, "mailbox full, user unknown to quota service" about now. */
function byWords(text: string): DeliveryReportClass | null {
  for (const [words, found] of telling) if (words.test(text)) return found;
  return null;
}

const telling: readonly (readonly [RegExp, DeliveryReportClass])[] = [
  [/\b(spam|spf|dkim|dmarc|unsolicited|unauthenticated|reputation|block(ed)? ?list(ed)?|black ?list(ed)?|policy)\b/i, 'policy'],
  [/\b(quota|mailbox (is )?full|over ?quota|insufficient (disk )?(storage|space)|temporar(y|ily)|try again|timed out|grey ?list)/i, 'soft'],
  [
    /not a registered|unknown (user|recipient|mailbox)|(user|recipient|mailbox|address)( is)? unknown|no such (user|recipient|mailbox|address|domain|host)|does not exist|doesn't exist|recipient (address )?rejected|invalid (recipient|mailbox|address)|(account|mailbox|user)( has been| is)? (disabled|inactive|closed|suspended)|no mailbox (here|by)|null mx|(domain|host)( or domain)?( name)? not found/i,
    'hard',
  ],
];
