import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { z } from 'zod';
import { createLocalServer, happens, json, type LocalPlace, listen, listensOn, pagePolicy, sleep } from '../local-server.js';
import { type Envelope, MailStore, type MessageSummary } from './messages.js';
import { listPage, mailPage } from './pages.js';
import { complaintsOfMailbox, fateOfAddress, Returns } from './returns.js';
import { searchMessages } from './search.js';

export interface MailboxOptions extends LocalPlace {
  /** 0 takes a free one. */
  readonly smtpPort: number;
  /** 0 takes a free one. */
  readonly httpPort: number;
  /** Keeps the mails over a restart; without it they lie in a throw-away folder. */
  readonly dataDir?: string;
  /** Ends the thread that it runs in, at once; absent where it has none of its own. */
  readonly die?: () => void;
}

export interface Mailbox {
  /** Page and REST paths, without a slash at the end. */
  readonly url: string;
  /** `smtp://127.0.0.1:port`. */
  readonly smtpUrl: string;
  /** Where bounces and complaints are delivered, `smtp://127.0.0.1:port`; without it none are. */
  setReturnDoor(smtpUrl: string): void;
  /** Who sends its complaints, and which domain signs them. */
  readonly feedbackLoop: { readonly address: string; readonly domain: string };
  /** The key that signs them, as DNS would tell it; null: another name. */
  resolveTxt(name: string): readonly (readonly string[])[] | null;
  close(): Promise<void>;
}

/** How it misbehaves; shares are 0 to 1. What a `PUT /chaos` leaves out goes back to its default. */
const Chaos = z.strictObject({
  rejectShare: z.number().min(0).max(1).default(0),
  rejectCode: z.number().int().min(400).max(599).default(451),
  /** The mail is stored at once, the answer comes this much later. */
  delayMs: z.number().int().min(0).max(120_000).default(0),
  /** Stores the mail and drops the connection instead of answering. */
  cutAfterAcceptShare: z.number().min(0).max(1).default(0),
  /** Takes the body and drops the connection without storing it. */
  cutBeforeAcceptShare: z.number().min(0).max(1).default(0),
  /** Takes the mail, and sends a bounce to its envelope sender. */
  bounceShare: z.number().min(0).max(1).default(0),
  bounceStatus: z
    .string()
    .regex(/^[45]\.\d{1,3}\.\d{1,3}$/)
    .default('5.1.1'),
  /** Takes the mail, and its reader complains. */
  complaintShare: z.number().min(0).max(1).default(0),
  /** Dies before it answers, as by a kill. */
  crash: z.boolean().default(false),
});
type Chaos = z.output<typeof Chaos>;

const largestMail = 30 * 1024 * 1024;

/**
 * A real SMTP server with Mailpit's REST paths and a page to read mail, by default on loopback. A mail is on the disk before it is answered
 * 250, so that after a kill the mailbox can be compared with the store message by message.
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sojourn-mailbox-')));
  const store = await MailStore.open(join(folder, 'mailbox.log'));
  const chaos = { current: Chaos.parse({}) };
  const returns = new Returns();
  const smtp = createSmtpServer(store, chaos, returns);
  const http = createHttpServer(store, chaos, options);
  const smtpPort = await listenSmtp(smtp, options);
  const url = await listen(http, options.httpPort, options);
  return {
    url,
    smtpUrl: `smtp://${listensOn(options)}:${smtpPort}`,
    setReturnDoor: (door) => returns.setDoor(door),
    feedbackLoop: complaintsOfMailbox,
    resolveTxt: (name) => returns.resolveTxt(name),
    close: async () => {
      await Promise.all([returns.close(), new Promise<void>((resolve) => smtp.close(() => resolve())), http.close()]);
      await store.close();
      if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function createSmtpServer(store: MailStore, chaos: { current: Chaos }, returns: Returns): SMTPServer {
  const server = new SMTPServer({
    name: 'mailbox.localhost',
    banner: 'Sojourn local mailbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: largestMail,
    closeTimeout: 200,
    logger: false,
    onRcptTo: (_address, _session, callback) => {
      const { rejectShare, rejectCode } = chaos.current;
      callback(happens(rejectShare) ? refusal(rejectCode) : null);
    },
    onData: (stream, session, callback) => {
      void take(stream, session).then(
        (id) => callback(null, `OK queued as ${id}`),
        (error: unknown) => (error instanceof Cut ? cutConnection(session) : callback(refusal(451))),
      );
    },
  });
  // A client that goes away in the middle is no fault of the mailbox.
  server.on('error', () => undefined);

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const { delayMs, cutAfterAcceptShare, cutBeforeAcceptShare } = chaos.current;
    const raw = await collect(stream);
    if (happens(cutBeforeAcceptShare)) throw new Cut();
    const id = await store.add(raw, envelopeOf(session));
    if (happens(cutAfterAcceptShare)) throw new Cut();
    await sleep(delayMs);
    returnSome(raw, envelopeOf(session));
    return id;
  }

  function returnSome(raw: Buffer, { from, to }: Envelope): void {
    const { bounceShare, bounceStatus, complaintShare } = chaos.current;
    for (const address of to) {
      const fate =
        fateOfAddress(address) ??
        (happens(bounceShare)
          ? ({ kind: 'bounce', status: bounceStatus } as const)
          : happens(complaintShare)
            ? { kind: 'complaint' as const }
            : null);
      if (fate) returns.send(fate, { raw, from, to: address });
    }
  }

  function cutConnection(session: SMTPServerSession): void {
    for (const connection of server.connections) if (connection.session === session) connection._socket.destroy();
  }

  return server;
}

class Cut extends Error {}

function refusal(code: number): Error {
  const text = code < 500 ? `${code === 451 ? '4.7.1' : '4.3.0'} Try again later` : '5.7.1 Refused';
  return Object.assign(new Error(text), { responseCode: code });
}

async function collect(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo } = session.envelope;
  return { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
}

function listenSmtp(server: SMTPServer, options: MailboxOptions): Promise<number> {
  const { smtpPort: port } = options;
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, listensOn(options), () => {
      server.server.removeListener('error', reject);
      const address = server.server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function createHttpServer(store: MailStore, chaos: { current: Chaos }, options: MailboxOptions): FastifyInstance {
  const server = createLocalServer(options);

  server.get<{ Querystring: Paging }>('/api/v1/messages', (request) => listing(store, store.newestFirst(), request.query));

  server.get<{ Querystring: Paging & { query?: string } }>('/api/v1/search', (request) =>
    listing(store, searchMessages(store.newestFirst(), request.query.query ?? ''), request.query),
  );

  server.get<{ Params: { id: string } }>('/api/v1/message/:id', async (request, reply) => {
    const message = await store.message(request.params.id);
    return message ?? reply.code(404).send({ Error: 'message not found' });
  });

  server.get<{ Params: { id: string } }>('/api/v1/message/:id/raw', async (request, reply) => {
    const raw = await store.raw(request.params.id);
    return raw ? reply.type('text/plain; charset=utf-8').send(raw) : reply.code(404).send({ Error: 'message not found' });
  });

  server.delete('/api/v1/messages', async (request, reply) => {
    const ids = z.object({ IDs: z.array(z.string()).min(1) }).safeParse(json(request.body));
    if (ids.success) await store.remove(ids.data.IDs);
    else await store.removeAll();
    return reply.type('text/plain').send('ok');
  });

  server.get('/chaos', () => chaos.current);
  server.put('/chaos', async (request, reply) => {
    const asked = Chaos.safeParse(json(request.body) ?? {});
    if (!asked.success) return reply.code(400).send({ Error: z.prettifyError(asked.error) });
    if (asked.data.crash) options.die?.();
    chaos.current = asked.data;
    return chaos.current;
  });

  server.get<{ Querystring: Paging & { query?: string } }>('/', (request, reply) => {
    const found = searchMessages(store.newestFirst(), request.query.query ?? '');
    const { start, limit } = paging(request.query);
    return reply
      .type('text/html')
      .header('content-security-policy', pagePolicy)
      .send(listPage({ messages: found.slice(start, start + limit), total: found.length, start, limit, query: request.query.query ?? '' }));
  });

  server.get<{ Params: { id: string } }>('/view/:id', async (request, reply) => {
    const message = await store.message(request.params.id);
    if (!message) return reply.code(404).type('text/plain').send('No such mail.');
    return reply.type('text/html').header('content-security-policy', pagePolicy).send(mailPage(message));
  });

  server.get<{ Params: { id: string } }>('/view/:id/html', async (request, reply) => {
    const message = await store.message(request.params.id);
    // The mail is a stranger's page: no script, no forms, an origin of its own.
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src * data:; font-src *",
      )
      .send(openLinksElsewhere(message?.HTML ?? ''));
  });

  return server;
}

/** A link of a mail opens a page of its own, as in any mail program. */
function openLinksElsewhere(html: string): string {
  const base = '<base target="_blank">';
  return /<head[\s>]/i.test(html) ? html.replace(/<head(\s[^>]*)?>/i, (head) => head + base) : base + html;
}

type Paging = { readonly start?: string; readonly limit?: string };

function paging({ start, limit }: Paging): { readonly start: number; readonly limit: number } {
  const whole = (text: string | undefined, fallback: number) => (/^\d+$/.test(text ?? '') ? Number(text) : fallback);
  return { start: whole(start, 0), limit: whole(limit, 50) };
}

/** Mailpit's `MessagesSummary`. `messages_count` is what was found; `count` is its older name for the length of this page. */
function listing(store: MailStore, found: readonly MessageSummary[], query: Paging) {
  const { start, limit } = paging(query);
  const messages = found.slice(start, start + limit);
  return {
    total: store.size,
    unread: store.unread,
    count: messages.length,
    messages_count: found.length,
    messages_unread: found.filter(({ Read }) => !Read).length,
    start,
    tags: [],
    messages,
  };
}
