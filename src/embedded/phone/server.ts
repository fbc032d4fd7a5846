import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createLocalServer, happens, json, pagePolicy, sleep } from '../local-server.js';
import { Chaos, draft, type Network } from './network.js';
import type { PhoneOptions } from './options.js';
import { phonePage } from './page.js';
import { describeText, type Text, type TextStore } from './texts.js';

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

/** The paths of the phone: those of Twilio, and its own for people and tests. */
export function createServer(store: TextStore, network: Network, options: PhoneOptions): FastifyInstance {
  const server = createLocalServer(options);
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

  // The page shows every text to everyone on this machine, so the REST paths need no password either.
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
