import { randomBytes } from 'node:crypto';
import PostalMime, { type Address, type Mailbox as MailAddress } from 'postal-mime';
import type { BodyPlace } from '../append-log.js';
import { AppendLog } from '../append-log.js';

/** Mailpit's shape of an address. */
export interface MailpitAddress {
  readonly Name: string;
  readonly Address: string;
}

/** Mailpit's `MessageSummary`, field for field. */
export interface MessageSummary {
  readonly ID: string;
  /** Without angle brackets. */
  readonly MessageID: string;
  readonly Read: boolean;
  readonly From: MailpitAddress | null;
  readonly To: readonly MailpitAddress[];
  readonly Cc: readonly MailpitAddress[];
  readonly Bcc: readonly MailpitAddress[];
  readonly ReplyTo: readonly MailpitAddress[];
  readonly Subject: string;
  /** When it arrived, RFC 3339, on the real clock. */
  readonly Created: string;
  readonly Username: string;
  readonly Tags: readonly string[];
  readonly Size: number;
  readonly Attachments: number;
  readonly Snippet: string;
}

/** Mailpit's `Message`. */
export interface MailpitMessage extends Omit<MessageSummary, 'Read' | 'Created' | 'Snippet' | 'Attachments'> {
  readonly ReturnPath: string;
  readonly ListUnsubscribe: {
    readonly Header: string;
    readonly Links: readonly string[];
    readonly Errors: string;
    readonly HeaderPost: string;
  };
  readonly Date: string;
  readonly Text: string;
  readonly HTML: string;
  readonly Inline: readonly MailpitAttachment[];
  readonly Attachments: readonly MailpitAttachment[];
}

interface MailpitAttachment {
  readonly PartID: string;
  readonly FileName: string;
  readonly ContentType: string;
  readonly ContentID: string;
  readonly Size: number;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

interface Kept {
  readonly summary: MessageSummary;
  readonly returnPath: string;
  readonly place: BodyPlace;
}

type LogRecord =
  | { readonly kind: 'mail'; readonly summary: MessageSummary; readonly returnPath: string }
  | { readonly kind: 'deleted'; readonly ids: readonly string[] };

// A summary is about 1 kB of memory; the mails themselves stay in the file.
const keptAtMost = 100_000;

/** The mails of the local mailbox: on the disk before they count as accepted, in memory only as summaries. */
export class MailStore {
  #log: AppendLog | null = null;
  readonly #kept = new Map<string, Kept>();

  static async open(path: string): Promise<MailStore> {
    const store = new MailStore();
    store.#log = await AppendLog.open(path, (record, place) => store.#replay(record as LogRecord, place));
    return store;
  }

  get size(): number {
    return this.#kept.size;
  }

  get unread(): number {
    let count = 0;
    for (const { summary } of this.#kept.values()) if (!summary.Read) count += 1;
    return count;
  }

  /** Resolves once the mail is on the disk. */
  async add(raw: Buffer, envelope: Envelope): Promise<string> {
    const summary = await summarise(raw, envelope);
    const record: LogRecord = { kind: 'mail', summary, returnPath: envelope.from };
    const place = await this.#open.append(record, raw);
    this.#keep({ summary, returnPath: envelope.from, place });
    return summary.ID;
  }

  /** Newest first. */
  newestFirst(): readonly MessageSummary[] {
    return [...this.#kept.values()].map(({ summary }) => summary).reverse();
  }

  /** `latest` is the newest. */
  async raw(id: string): Promise<Buffer | null> {
    const kept = this.#find(id);
    return kept ? this.#open.read(kept.place) : null;
  }

  /** Reads the whole mail, and marks it read as Mailpit does. */
  async message(id: string): Promise<MailpitMessage | null> {
    const kept = this.#find(id);
    if (!kept) return null;
    this.#kept.set(kept.summary.ID, { ...kept, summary: { ...kept.summary, Read: true } });
    return describe(kept, await this.#open.read(kept.place));
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#open.append({ kind: 'deleted', ids } satisfies LogRecord);
    for (const id of ids) this.#kept.delete(id);
  }

  async removeAll(): Promise<void> {
    await this.#open.clear();
    this.#kept.clear();
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  get #open(): AppendLog {
    if (!this.#log) throw new Error('The mail store is not open.');
    return this.#log;
  }

  #find(id: string): Kept | null {
    if (id === 'latest') return [...this.#kept.values()].at(-1) ?? null;
    return this.#kept.get(id) ?? null;
  }

  #replay(record: LogRecord, place: BodyPlace): void {
    if (record.kind === 'mail') this.#keep({ summary: record.summary, returnPath: record.returnPath, place });
    else for (const id of record.ids) this.#kept.delete(id);
  }

  #keep(kept: Kept): void {
    this.#kept.set(kept.summary.ID, kept);
    if (this.#kept.size <= keptAtMost) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }
}

async function summarise(raw: Buffer, envelope: Envelope): Promise<MessageSummary> {
  const mail = await PostalMime.parse(raw);
  const to = flatten(mail.to);
  const cc = flatten(mail.cc);
  const named = new Set([...to, ...cc].map(({ Address }) => Address.toLowerCase()));
  return {
    ID: randomBytes(16).toString('base64url'),
    MessageID: (mail.messageId ?? '').replace(/^<|>$/g, ''),
    Read: false,
    From: flatten(mail.from ? [mail.from] : [])[0] ?? null,
    To: to,
    Cc: cc,
    Bcc: envelope.to.filter((address) => !named.has(address.toLowerCase())).map((address) => ({ Name: '', Address: address })),
    ReplyTo: flatten(mail.replyTo),
    Subject: mail.subject ?? '',
    Created: new Date().toISOString(),
    Username: '',
    Tags: [],
    Size: raw.byteLength,
    Attachments: mail.attachments.length,
    Snippet: (mail.text ?? (mail.html ?? '').replace(/<style[\s\S]*?<\/style>|<[^>]+>/gi, ' ')).replace(/\s+/g, ' ').trim().slice(0, 250),
  };
}

async function describe(kept: Kept, raw: Buffer): Promise<MailpitMessage> {
  const mail = await PostalMime.parse(raw);
  const { Read: _read, Created: created, Snippet: _snippet, Attachments: _attachments, ...common } = kept.summary;
  const header = (key: string) => mail.headers.find((candidate) => candidate.key === key)?.value ?? '';
  const attachments = mail.attachments.map((attachment, index) => ({
    inline: attachment.disposition === 'inline' || attachment.related === true,
    described: {
      PartID: String(index + 1),
      FileName: attachment.filename ?? '',
      ContentType: attachment.mimeType,
      ContentID: (attachment.contentId ?? '').replace(/^<|>$/g, ''),
      Size: typeof attachment.content === 'string' ? Buffer.byteLength(attachment.content) : attachment.content.byteLength,
    },
  }));
  const unsubscribe = header('list-unsubscribe');
  return {
    ...common,
    ReturnPath: kept.returnPath,
    ListUnsubscribe: {
      Header: unsubscribe,
      Links: [...unsubscribe.matchAll(/<([^>]+)>/g)].map((match) => match[1] ?? ''),
      Errors: '',
      HeaderPost: header('list-unsubscribe-post'),
    },
    Date: dateOf(mail.date) ?? created,
    Text: mail.text ?? '',
    HTML: mail.html ?? '',
    Inline: attachments.filter(({ inline }) => inline).map(({ described }) => described),
    Attachments: attachments.filter(({ inline }) => !inline).map(({ described }) => described),
  };
}

function dateOf(text: string | undefined): string | null {
  const instant = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(instant) ? null : new Date(instant).toISOString();
}

function flatten(addresses: readonly Address[] | undefined): readonly MailpitAddress[] {
  return (addresses ?? [])
    .flatMap((entry) => ('group' in entry && entry.group ? entry.group : [entry as MailAddress]))
    .map(({ name, address }) => ({ Name: name, Address: address ?? '' }));
}
