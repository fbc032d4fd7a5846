import { firstOf, type ReportFields, readFieldBlocks, untyped } from './report-fields.js';

/** What became of a mail for one recipient (RFC 3464). Addresses in it are personal data. */
export interface DsnRecipient {
  /** As the reporting server writes it; it may be no address at all. */
  readonly finalRecipient: string | null;
  readonly originalRecipient: string | null;
  /** `failed`, `delayed`, `delivered`, `relayed`, `expanded`; lower case. */
  readonly action: string | null;
  /** `5.1.1`, without the comment that may follow. */
  readonly status: string | null;
  readonly diagnostic: string | null;
  readonly remoteMta: string | null;
}

/** A delivery status notification. */
export interface Dsn {
  readonly reportingMta: string | null;
  readonly recipients: readonly DsnRecipient[];
}

/** Reads a `message/delivery-status` part: a block about the mail, then one for each recipient. Null: it tells of no recipient. */
export function readDsn(text: string): Dsn | null {
  const blocks = readFieldBlocks(text);
  const recipients = blocks.filter((block) => block.has('final-recipient') || block.has('action')).map(readRecipient);
  const [first] = blocks;
  return recipients.length === 0 ? null : { reportingMta: first ? firstOf(first, 'reporting-mta') : null, recipients };
}

function readRecipient(block: ReportFields): DsnRecipient {
  return {
    finalRecipient: bareAddress(firstOf(block, 'final-recipient')),
    originalRecipient: bareAddress(firstOf(block, 'original-recipient')),
    action: /^[a-z-]+/i.exec(firstOf(block, 'action') ?? '')?.[0].toLowerCase() ?? null,
    status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(firstOf(block, 'status') ?? '')?.[0] ?? null,
    diagnostic: untyped(firstOf(block, 'diagnostic-code')),
    remoteMta: untyped(firstOf(block, 'remote-mta')),
  };
}

function bareAddress(value: string | null): string | null {
  const text = untyped(value)
    ?.replaceAll(/\([^()]*\)/g, '')
    .trim()
    .replace(/^<(.*)>$/, '$1');
  return text === undefined || text === '' ? null : text;
}
