import { convert } from 'html-to-text';
import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import { type FeedbackReport, readFeedbackReport } from './bounces/arf.js';
import { type Dsn, readDsn } from './bounces/dsn.js';
import { firstOf, readFieldBlocks } from './bounces/report-fields.js';
import { isByServer, type LetterOfServer, readTextReport, type TextReport } from './bounces/text-report.js';

/** What a report gives back of the mail that it is about. Null: it does not say. */
export interface ReturnedMail {
  /** Without angle brackets; some leave them out already. */
  readonly messageId: string | null;
  readonly from: string | null;
  /** The field as it is. */
  readonly listUnsubscribe: string | null;
}

/** A mail that came to us. `addressedTo`: the recipient in its header, for callers without the envelope. All of it is personal data. */
export type InboundMail = {
  readonly addressedTo: readonly string[];
} /** `inWords`: what its text says, for where its fields do not say why. */ & (
  | { readonly kind: 'dsn'; readonly dsn: Dsn; readonly inWords: TextReport | null; readonly returned: ReturnedMail }
  /** A server's report in sentences, without a machine-readable part. */
  | { readonly kind: 'text-report'; readonly inWords: TextReport; readonly returned: ReturnedMail }
  | { readonly kind: 'feedback'; readonly report: FeedbackReport; readonly returned: ReturnedMail }
  /** An absence note or the like: nobody wrote it. */
  | { readonly kind: 'auto-reply' }
  | { readonly kind: 'other'; readonly returned: ReturnedMail }
);

/** Bodies inside bodies, far more than any report has. */
const deepest = 20;

/** Lines of a mail that are read: a report stands at its beginning, and each line costs the parser some microseconds. */
const readLines = 10_000;

function beginning(raw: Uint8Array): Uint8Array {
  let end = -1;
  for (let line = 0; line < readLines; line++) {
    end = raw.indexOf(0x0a, end + 1);
    if (end === -1) return raw;
  }
  return raw.subarray(0, end);
}

/** Reads a mail (RFC 822) that came in. Throws where it is no mail at all. */
export async function readInboundMail(raw: Uint8Array): Promise<InboundMail> {
  const mail = await PostalMime.parse(beginning(raw), {
    attachmentEncoding: 'utf8',
    forceRfc822Attachments: true,
    maxNestingDepth: deepest,
  });
  const addressedTo = [...(mail.to ?? []).flatMap(addressesOf), ...['delivered-to', 'x-original-to'].flatMap((key) => headers(mail, key))];
  const returned = returnedOf(mail);
  const dsn = partOf(mail, /^message\/(global-)?delivery-status$/, readDsn);
  const letter = letterOf(mail);
  const inWords = readTextReport(letter);
  if (dsn) return { kind: 'dsn', dsn, inWords, returned, addressedTo };
  const report = partOf(mail, /^message\/feedback-report$/, readFeedbackReport);
  if (report) return { kind: 'feedback', report, returned, addressedTo };
  if (inWords) return { kind: 'text-report', inWords, returned, addressedTo };
  // Exim and Gmail put `auto-replied` on reports too: one that cannot be read is for people to look at.
  return isAutoReply(mail) && !isByServer(letter) ? { kind: 'auto-reply', addressedTo } : { kind: 'other', returned, addressedTo };
}

/** HTML beyond this is not read: a report in HTML alone is short. */
const readHtml = 200_000;

function letterOf(mail: Email): LetterOfServer {
  const [from] = mail.from ? addressesOf(mail.from) : [];
  const text = mail.text?.trim() ? mail.text : convert((mail.html ?? '').slice(0, readHtml), { wordwrap: false });
  return {
    from: from === undefined ? null : { name: mail.from?.name ?? '', address: from },
    subject: mail.subject ?? '',
    text,
    hasFailedRecipients: headers(mail, 'x-failed-recipients').length > 0,
  };
}

function partOf<T>(mail: Email, type: RegExp, read: (text: string) => T | null): T | null {
  const part = mail.attachments.find(({ mimeType }) => type.test(mimeType));
  return part ? read(textOf(part)) : null;
}

function returnedOf(mail: Email): ReturnedMail {
  const part = mail.attachments.find(({ mimeType }) => /^(message\/(rfc822|global|global-headers)|text\/rfc822-headers)$/.test(mimeType));
  const [fields] = readFieldBlocks(part ? textOf(part) : '');
  const field = (name: string): string | null => (fields ? firstOf(fields, name) : null);
  return {
    messageId: field('message-id')?.replaceAll(/^<|>$/g, '') ?? null,
    from: field('from'),
    listUnsubscribe: field('list-unsubscribe'),
  };
}

/** RFC 3834, and what is written in its place. */
function isAutoReply(mail: Email): boolean {
  const [submitted] = headers(mail, 'auto-submitted');
  return (
    (submitted !== undefined && !/^no\b/i.test(submitted)) ||
    headers(mail, 'x-autoreply').length > 0 ||
    headers(mail, 'precedence').some((value) => /auto_reply/i.test(value))
  );
}

function headers(mail: Email, key: string): readonly string[] {
  return mail.headers.filter((header) => header.key === key).map(({ value }) => value);
}

function addressesOf(entry: Address): readonly string[] {
  return ('group' in entry && entry.group ? entry.group : [entry]).flatMap(({ address }) => (address ? [address] : []));
}

function textOf({ content }: Attachment): string {
  return typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('utf8');
}
