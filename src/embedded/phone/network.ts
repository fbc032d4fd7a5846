import { z } from 'zod';
import { smsSize } from '../../channels/sms/segments.js';
import { happens } from '../local-server.js';
import { readReplies, SignedPoster } from './callbacks.js';
import type { PhoneOptions } from './options.js';
import { finalStatuses, newSid, type Text, type TextStatus, type TextStore } from './texts.js';

/** How it misbehaves; shares are 0 to 1. What a `PUT /chaos` leaves out goes back to its default. */
export const Chaos = z.strictObject({
  rejectShare: z.number().min(0).max(1).default(0),
  /** HTTP status of a rejection. */
  rejectCode: z.number().int().min(400).max(599).default(429),
  /** The text is stored at once, the answer comes this much later. */
  delayMs: z.number().int().min(0).max(120_000).default(0),
  /** Stores the text and drops the connection instead of answering. */
  cutAfterAcceptShare: z.number().min(0).max(1).default(0),
  /** Reads the request and drops the connection without storing it. */
  cutBeforeAcceptShare: z.number().min(0).max(1).default(0),
  /** Ends as `undelivered`, error 30003, instead of `delivered`. */
  undeliveredShare: z.number().min(0).max(1).default(0),
  lostCallbackShare: z.number().min(0).max(1).default(0),
  repeatedCallbackShare: z.number().min(0).max(1).default(0),
  /** `delivered` is reported before `sent`. */
  disorderedCallbackShare: z.number().min(0).max(1).default(0),
  /** Dies before it answers, as by a kill. */
  crash: z.boolean().default(false),
});
export type Chaos = z.output<typeof Chaos>;

const stepMs = 40;
// Four minutes in all: after a restart the service may need its time to come up.
const callbackPausesMs = [200, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 60_000, 60_000];
const inboundPausesMs = [200, 600, 1500];

/** What the carriers do: texts change their state, and a callback reports it. */
export class Network {
  readonly #store: TextStore;
  readonly #accountSid: string;
  readonly #poster: SignedPoster;
  readonly #underWay = new Set<Promise<void>>();
  chaos: Chaos = Chaos.parse({});
  inboundUrl: string | null;

  constructor(store: TextStore, options: PhoneOptions) {
    this.#store = store;
    this.#accountSid = options.accountSid;
    this.#poster = new SignedPoster(options.authToken);
    this.inboundUrl = options.inboundUrl ?? null;
  }

  setInboundUrl(url: string, reachedAt?: string): void {
    this.inboundUrl = url;
    this.#poster.detour = reachedAt === undefined ? null : { from: new URL(url).origin, to: new URL(reachedAt).origin };
  }

  /** Goes on with what a restart interrupted. */
  resume(): void {
    for (const text of this.#store.newestFirst()) {
      const isTold = text.statusCallback === null || text.toldStatus === text.status;
      if (text.direction === 'outbound-api' && !(finalStatuses.has(text.status) && isTold)) this.send(text);
    }
  }

  /** Lets a text travel in the background. */
  send(text: Text): void {
    const journey = this.#travel(text).catch(() => undefined);
    this.#underWay.add(journey);
    void journey.finally(() => this.#underWay.delete(journey));
  }

  async receive(
    from: string,
    to: string,
    body: string,
  ): Promise<{ readonly text: Text; readonly replies: readonly Text[]; readonly status: number | null }> {
    const text = await this.#store.save({ ...draft({ from, to, body, direction: 'inbound' }), status: 'received' });
    if (this.inboundUrl === null) return { text, replies: [], status: null };
    const answer = await this.#poster.postUntilTaken(this.inboundUrl, this.#inboundForm(text), inboundPausesMs);
    if (answer === null || answer.status !== 200) return { text, replies: [], status: answer?.status ?? null };
    const replies: Text[] = [];
    for (const reply of readReplies(answer.body)) {
      replies.push(
        await this.#store.save({
          ...draft({ from: to, to: from, body: reply, direction: 'outbound-reply' }),
          status: 'delivered',
          sentAt: Date.now(),
        }),
      );
    }
    return { text, replies, status: answer.status };
  }

  async close(): Promise<void> {
    this.#poster.close();
    await Promise.all(this.#underWay);
  }

  async #travel(start: Text): Promise<void> {
    let text = start;
    // What was reached before a restart and not told. The initial status is never told, as at Twilio.
    const isInitial = text.status === 'accepted' || (text.status === 'queued' && text.messagingServiceSid === null);
    if (!isInitial && text.toldStatus !== text.status) text = await this.#tell(text, text.status);
    const isDisordered = happens(this.chaos.disorderedCallbackShare);
    for (let next = this.#next(text); next !== null && !this.#poster.isClosed; next = this.#next(text)) {
      await this.#poster.pause(stepMs);
      if (this.#poster.isClosed) return;
      const now = Date.now();
      text = await this.#store.save({
        ...text,
        status: next,
        updatedAt: now,
        sentAt: text.sentAt ?? (next === 'queued' ? null : now),
        errorCode: next === 'undelivered' ? 30003 : null,
      });
      const isHeldBack = isDisordered && next === 'sent';
      if (!isHeldBack) text = await this.#tell(text, next);
      if (isDisordered && finalStatuses.has(next)) await this.#post(text, 'sent');
    }
  }

  #next(text: Text): TextStatus | null {
    switch (text.status) {
      case 'accepted':
        return 'queued';
      case 'queued':
        return 'sent';
      case 'sent':
        return happens(this.chaos.undeliveredShare) ? 'undelivered' : 'delivered';
      case 'delivered':
      case 'undelivered':
      case 'received':
        return null;
    }
  }

  async #tell(text: Text, status: TextStatus): Promise<Text> {
    if (text.statusCallback === null) return text;
    if (!happens(this.chaos.lostCallbackShare)) {
      await this.#post(text, status);
      if (happens(this.chaos.repeatedCallbackShare)) await this.#post(text, status);
    }
    // Interrupted by the phone's own end: told again after the restart.
    return this.#poster.isClosed ? text : this.#store.save({ ...text, toldStatus: status });
  }

  async #post(text: Text, status: TextStatus): Promise<void> {
    if (text.statusCallback === null) return;
    const form = {
      ApiVersion: '2010-04-01',
      SmsSid: text.sid,
      SmsStatus: status,
      MessageStatus: status,
      MessageSid: text.sid,
      To: text.to,
      From: text.from,
      AccountSid: this.#accountSid,
      ...(text.messagingServiceSid ? { MessagingServiceSid: text.messagingServiceSid } : {}),
      ...(status === 'undelivered' ? { ErrorCode: String(text.errorCode) } : {}),
    };
    await this.#poster.postUntilTaken(text.statusCallback, form, callbackPausesMs);
  }

  #inboundForm(text: Text): Record<string, string> {
    return {
      ToCountry: '',
      ToState: '',
      SmsMessageSid: text.sid,
      NumMedia: '0',
      ToCity: '',
      FromZip: '',
      SmsSid: text.sid,
      FromState: '',
      SmsStatus: 'received',
      FromCity: '',
      Body: text.body,
      FromCountry: '',
      To: text.to,
      ToZip: '',
      NumSegments: String(text.segments),
      MessageSid: text.sid,
      AccountSid: this.#accountSid,
      From: text.from,
      ApiVersion: '2010-04-01',
    };
  }
}

export function draft(text: Pick<Text, 'from' | 'to' | 'body' | 'direction'> & Partial<Text>): Text {
  const now = Date.now();
  return {
    messagingServiceSid: null,
    status: 'queued',
    errorCode: null,
    statusCallback: null,
    toldStatus: null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
    sid: newSid(),
    segments: smsSize(text.body).segments,
    ...text,
  };
}
