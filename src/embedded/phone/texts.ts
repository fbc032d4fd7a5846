import { randomBytes } from 'node:crypto';
import { AppendLog } from '../append-log.js';

export type TextStatus = 'accepted' | 'queued' | 'sent' | 'delivered' | 'undelivered' | 'received';

/** A text on the local phone, sent or received. Instants are real milliseconds. */
export interface Text {
  readonly sid: string;
  readonly direction: 'outbound-api' | 'outbound-reply' | 'inbound';
  readonly from: string;
  readonly to: string;
  readonly messagingServiceSid: string | null;
  readonly body: string;
  readonly segments: number;
  readonly status: TextStatus;
  readonly errorCode: number | null;
  readonly statusCallback: string | null;
  /** The last status that the callback address has acknowledged, or was given up on. */
  readonly toldStatus: TextStatus | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly sentAt: number | null;
}

export const finalStatuses: ReadonlySet<TextStatus> = new Set(['delivered', 'undelivered', 'received']);

const keptAtMost = 100_000;

/** The texts of the local phone: on the disk before they count as accepted. */
export class TextStore {
  #log: AppendLog | null = null;
  readonly #texts = new Map<string, Text>();

  static async open(path: string): Promise<TextStore> {
    const store = new TextStore();
    store.#log = await AppendLog.open(path, (record) => store.#keep(record as Text));
    return store;
  }

  /** Resolves once the text as it is now is on the disk. */
  async save(text: Text): Promise<Text> {
    if (!this.#log) throw new Error('The text store is not open.');
    await this.#log.append(text);
    this.#keep(text);
    return text;
  }

  find(sid: string): Text | null {
    return this.#texts.get(sid) ?? null;
  }

  newestFirst(): readonly Text[] {
    return [...this.#texts.values()].reverse();
  }

  async removeAll(): Promise<void> {
    await this.#log?.clear();
    this.#texts.clear();
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  #keep(text: Text): void {
    this.#texts.set(text.sid, text);
    if (this.#texts.size <= keptAtMost) return;
    const oldest = this.#texts.keys().next();
    if (!oldest.done) this.#texts.delete(oldest.value);
  }
}

export function newSid(): string {
  return `SM${randomBytes(16).toString('hex')}`;
}

/** Twilio's JSON of a message. */
export function describeText(text: Text, accountSid: string) {
  const path = `/2010-04-01/Accounts/${accountSid}/Messages/${text.sid}`;
  const date = (at: number | null) => (at === null ? null : new Date(at).toUTCString().replace('GMT', '+0000'));
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: text.body,
    date_created: date(text.createdAt),
    date_sent: date(text.sentAt),
    date_updated: date(text.updatedAt),
    direction: text.direction,
    error_code: text.errorCode,
    error_message: null,
    from: text.from || null,
    messaging_service_sid: text.messagingServiceSid,
    num_media: '0',
    num_segments: String(text.segments),
    price: null,
    price_unit: 'USD',
    sid: text.sid,
    status: text.status,
    subresource_uris: { media: `${path}/Media.json` },
    to: text.to,
    uri: `${path}.json`,
  };
}
