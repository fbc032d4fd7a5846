import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { smsSize } from '../../channels/sms/segments.js';
import { createLocalServer, happens, json, listen, pagePolicy, sleep } from '../local-server.js';
import { readReplies, SignedPoster } from './callbacks.js';
import { phonePage } from './page.js';
import { describeText, finalStatuses, newSid, type Text, type TextStatus, TextStore } from './texts.js';

export interface PhoneOptions {
  /** 0 takes a free one. */
  readonly httpPort: number;
  /** What the service must log in with; webhooks are signed with the token. */
  readonly accountSid: string;
  readonly authToken: string;
  /** Where inbound texts are delivered; may come later, by `setInboundUrl`. */
  readonly inboundUrl?: string;
  /** Keeps the texts over a restart; without it they lie in a throw-away folder. */
  readonly dataDir?: string;
  /** Ends the thread that it runs in, at once; absent where it has none of its own. */
  readonly die?: () => void;
}

export interface Phone {
  /** Page, `/inbound`, `/chaos` and Twilio's paths, without a slash at the end. */
  readonly url: string;
  setInboundUrl(url: string): void;
  close(): Promise<void>;
}

/** How it misbehaves; shares are 0 to 1. What a `PUT /chaos` leaves out goes back to its default. */
const Chaos = z.strictObject({
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
  /** `delivered` is told before `sent`. */
  disorderedCallbackShare: z.number().min(0).max(1).default(0),
  /** Dies before it answers, as by a kill. */
  crash: z.boolean().default(false),
});
type Chaos = z.output<typeof Chaos>;

/** Twilio's error body. */
class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const stepMs = 40;
// Four minutes in all: after a restart the service may need its time to come up.
const callbackPausesMs = [200, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 60_000, 60_000];
const inboundPausesMs = [200, 600, 1500];

/**
 * Twilio's Messages API on loopback: texts are taken, told about by signed callbacks, and readable on a page; `POST /inbound` plays a person who
 * writes. A text is on the disk before it is answered 201, and callbacks that were not taken are told again after a restart.
 */
export async function startPhone(options: PhoneOptions): Promise<Phone> {
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sojourn-phone-')));
  const store = await TextStore.open(join(folder, 'phone.log'));
  const network = new Network(store, options);
  const server = createServer(store, network, options);
  const url = await listen(server, options.httpPort);
  network.resume();
  return {
    url,
    setInboundUrl: (inboundUrl) => {
      network.inboundUrl = inboundUrl;
    },
    close: async () => {
      await server.close();
      await network.close();
      await store.close();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the carriers do: texts move on, and somebody is told. */
class Network {
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

function draft(text: Pick<Text, 'from' | 'to' | 'body' | 'direction'> & Partial<Text>): Text {
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

function createServer(store: TextStore, network: Network, options: PhoneOptions): FastifyInstance {
  const server = createLocalServer();
  const { accountSid, authToken } = options;
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const base = '/2010-04-01/Accounts/:account/Messages';

  server.setErrorHandler(async (error, _request, reply) => {
    const { status, code, message } = error instanceof ApiError ? error : new ApiError(500, 20500, 'An internal server error has occurred');
    return reply.code(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  });

  const authenticate = async (request: FastifyRequest<{ Params: { account: string } }>) => {
    if (request.headers.authorization !== credentials) throw new ApiError(401, 20003, 'Authenticate');
    if (request.params.account !== accountSid) throw notFound(request);
  };

  // The page shows every text to whoever is on this machine, so reading them asks for no password either.
  const reading = async (request: FastifyRequest<{ Params: { account: string } }>) => {
    if (request.headers.authorization !== undefined) await authenticate(request);
  };

  server.post<{ Params: { account: string } }>(`${base}.json`, { preHandler: authenticate }, async (request, reply) => {
    const { rejectShare, rejectCode, cutBeforeAcceptShare, cutAfterAcceptShare, delayMs } = network.chaos;
    if (happens(rejectShare)) throw new ApiError(rejectCode, 20_000 + rejectCode, rejectCode === 429 ? 'Too Many Requests' : 'Rejected');
    const asked = readOutgoing(new URLSearchParams(typeof request.body === 'string' ? request.body : ''));
    if (happens(cutBeforeAcceptShare)) return cut(request, reply);
    const text = await store.save(draft(asked));
    network.send(text);
    if (happens(cutAfterAcceptShare)) return cut(request, reply);
    await sleep(delayMs);
    return reply.code(201).send(describeText(text, accountSid));
  });

  server.get<{ Params: { account: string }; Querystring: Record<string, string> }>(
    `${base}.json`,
    { preHandler: reading },
    async (request) => listTexts(store.newestFirst(), request.query, accountSid),
  );

  server.get<{ Params: { account: string; file: string } }>(`${base}/:file`, { preHandler: reading }, async (request) => {
    const text = store.find(request.params.file.replace(/\.json$/, ''));
    if (!text) throw notFound(request);
    return describeText(text, accountSid);
  });

  server.post('/inbound', async (request, reply) => {
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const given = isForm ? Object.fromEntries(new URLSearchParams(request.body as string)) : json(request.body);
    const asked = Inbound.safeParse(given);
    if (!asked.success) throw new ApiError(400, 21_604, z.prettifyError(asked.error));
    const { from, body } = asked.data;
    const to = asked.data.to || store.newestFirst().find((text) => text.to === from)?.from;
    if (!to) throw new ApiError(400, 21_604, 'Say `to`: nobody has written to this number yet.');
    const { text, replies, status } = await network.receive(from, to, body);
    if (isForm) return reply.redirect('/', 303);
    const isTaken = status === 200;
    return reply.code(isTaken ? 201 : 502).send({
      ...describeText(text, accountSid),
      webhook_status: status,
      replies: replies.map((answer) => describeText(answer, accountSid)),
    });
  });

  server.delete('/texts', async (_request, reply) => {
    await store.removeAll();
    return reply.type('text/plain').send('ok');
  });

  server.get('/chaos', () => network.chaos);
  server.put('/chaos', async (request) => {
    const asked = Chaos.safeParse(json(request.body) ?? {});
    if (!asked.success) throw new ApiError(400, 20_001, z.prettifyError(asked.error));
    if (asked.data.crash) options.die?.();
    network.chaos = asked.data;
    return network.chaos;
  });

  server.get('/', (_request, reply) =>
    reply
      .type('text/html')
      .header('content-security-policy', pagePolicy)
      .send(phonePage(store.newestFirst().slice(0, 200))),
  );
  return server;
}

const Inbound = z.object({ from: z.string().regex(/^\+[1-9]\d{6,14}$/), to: z.string().default(''), body: z.string().max(1600) });

function readOutgoing(form: URLSearchParams): Pick<Text, 'from' | 'to' | 'body' | 'direction'> & Partial<Text> {
  const to = form.get('To') ?? '';
  const body = form.get('Body') ?? '';
  const service = form.get('MessagingServiceSid');
  const from = form.get('From') ?? service ?? '';
  const validity = form.get('ValidityPeriod');
  if (to === '') throw new ApiError(400, 21_604, "A 'To' phone number is required.");
  if (!/^\+[1-9]\d{6,14}$/.test(to)) throw new ApiError(400, 21_211, "Invalid 'To' Phone Number");
  if (from === '') throw new ApiError(400, 21_603, "A 'From' phone number is required.");
  if (body === '') throw new ApiError(400, 21_602, 'Message body is required.');
  if (body.length > 1600) throw new ApiError(400, 21_617, 'The concatenated message body exceeds the 1600 character limit.');
  if (validity !== null && !(Number(validity) >= 1 && Number(validity) <= 36_000))
    throw new ApiError(400, 21_622, 'ValidityPeriod is out of range.');
  return {
    direction: 'outbound-api',
    to,
    from,
    body,
    messagingServiceSid: service,
    status: service ? 'accepted' : 'queued',
    statusCallback: form.get('StatusCallback'),
  };
}

function listTexts(texts: readonly Text[], query: Record<string, string>, accountSid: string) {
  const day = (at: number | null) => (at === null ? '' : new Date(at).toISOString().slice(0, 10));
  const found = texts.filter(
    (text) =>
      (!query['To'] || text.to === query['To']) &&
      (!query['From'] || text.from === query['From']) &&
      (!query['DateSent'] || day(text.sentAt) === query['DateSent'].slice(0, 10)) &&
      (!query['DateSent>'] || day(text.sentAt) >= query['DateSent>'].slice(0, 10)) &&
      (!query['DateSent<'] || day(text.sentAt) <= query['DateSent<'].slice(0, 10)),
  );
  const size = Math.min(1000, Math.max(1, Number(query['PageSize'] ?? 50) || 50));
  const number = Math.max(0, Number(query['Page'] ?? 0) || 0);
  const messages = found.slice(number * size, (number + 1) * size);
  const address = (at: number) =>
    `/2010-04-01/Accounts/${accountSid}/Messages.json?${new URLSearchParams({ ...query, PageSize: String(size), Page: String(at) }).toString()}`;
  return {
    end: number * size + messages.length - 1,
    first_page_uri: address(0),
    next_page_uri: (number + 1) * size < found.length ? address(number + 1) : null,
    page: number,
    page_size: size,
    previous_page_uri: number > 0 ? address(number - 1) : null,
    start: number * size,
    uri: address(number),
    messages: messages.map((text) => describeText(text, accountSid)),
  };
}

function notFound(request: FastifyRequest): ApiError {
  return new ApiError(404, 20_404, `The requested resource ${request.url.split('?')[0]} was not found`);
}

function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.raw.socket.destroy();
  return reply.hijack();
}
