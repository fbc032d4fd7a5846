import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { combineIngest } from '../../app/combine-ingest.js';
import { writeKeyCheck } from '../../app/manage-keys.js';
import { speakersBy, userTokenSecrets } from '../../app/user-tokens.js';
import { readSegmentEvent, type SegmentReading, type SegmentRequest } from '../../app/read-segment-event.js';
import type { EventType } from '../../domain/event.js';
import type { WriteKey } from '../../domain/speaker.js';
import { Problem } from '../problem.js';
import { Load, type LoadLimits, loadLimits } from '../segment/load.js';
import { maxBodyBytes, maxUnpackedBytes, readJson, readText } from '../segment/read-body.js';
import { browserSettings } from '../segment/settings.js';

type Call = EventType | 'batch' | 'import';

/** Segment's paths, those of its servers' clients and those of its browser client. */
const calls: Readonly<Record<string, Call>> = {
  identify: 'identify',
  track: 'track',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  batch: 'batch',
  import: 'import',
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: 'batch',
};

const success = { success: true } as const;

/** The longest batch: beyond it a single request would keep the store busy for seconds. */
const maxBatch = 5_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Gives back the place of a request that brings events. */
    leaveLoad: (() => void) | null;
  }
}

/**
 * Segment's HTTP API, so that a shop's ordinary event client can be pointed at us. 200 `{"success":true}` means committed, never before. The write key comes as
 * the user of Basic authentication or as `writeKey` in the body. A body is JSON whatever its content type says, plain, gzip or deflate. In a batch, an event that
 * cannot be taken goes to the dead letters while the rest is stored, and the answer is 200; alone it is kept too, and the answer is 400 with the reason. Too much
 * at once is answered with 429 and a Retry-After in whole seconds.
 */
export function segmentRoutes(deps: AppDeps, limits: LoadLimits = loadLimits): FastifyPluginAsync {
  const findWriteKey = writeKeyCheck(deps);
  const tokenSecrets = userTokenSecrets(deps);
  const ingest = combineIngest(deps);
  const load = new Load(limits);

  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_request, body, done) => done(null, body));
    server.decorateRequest('leaveLoad', null);
    server.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after');
    });

    for (const [path, call] of Object.entries(calls)) {
      const url = `/v1/${path}`;
      server.options(url, { schema: { hide: true } }, answerPreflight);
      server.post(url, { schema: { hide: true }, onRequest: enter }, async (request) => {
        const leave = request.leaveLoad;
        request.leaveLoad = null;
        const startedAt = performance.now();
        try {
          return await take(request, call);
        } finally {
          leave?.();
          deps.metrics.ingest(call, performance.now() - startedAt);
        }
      });
    }

    // analytics.js counts its own troubles; nobody here needs them.
    server.options('/v1/m', { schema: { hide: true } }, answerPreflight);
    server.post('/v1/m', { schema: { hide: true }, bodyLimit: 64 * 1024 }, async () => success);

    server.options('/v1/projects/:key/settings', { schema: { hide: true } }, answerPreflight);
    server.get<{ Params: { key: string } }>('/v1/projects/:key/settings', { schema: { hide: true } }, async (request, reply) => {
      const { key } = request.params;
      if ((await findWriteKey(key)) === null) throw new Problem(404, 'unknown-write-key', 'There is no project with this write key.');
      return reply.header('cache-control', 'public, max-age=60').send(browserSettings(key, deps.publicUrl));
    });
  };

  /** Before the body is read: a request that has to wait for its turn is cheaper to refuse than to hold. */
  async function enter(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const leave = load.admit(weightOf(request.headers));
    if (leave === null) {
      void reply.header('retry-after', String(1 + Math.floor(Math.random() * 5)));
      throw new Problem(429, 'too-much-at-once', 'More events are coming in than can be stored right now. Send these again later.');
    }
    request.leaveLoad = leave;
    // What it says counts for nothing, and what is no media type would be refused.
    request.raw.headers['content-type'] = 'application/json';
    // A body that never comes to its end gives its place back; once the handler runs, the handler does.
    reply.raw.once('close', () => request.leaveLoad?.());
  }

  async function take(request: FastifyRequest, call: Call): Promise<typeof success> {
    const receivedAt = deps.clock.now();
    const origin = call === 'import' ? 'import' : 'live';
    const text = await readText(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0), request.headers['content-encoding']);
    const body = readJson(text);
    const { key, secret } = await authorize(basicUser(request.headers.authorization), bodyKey(body));
    const speakerOf = speakersBy(key, text.includes('userToken') ? await tokenSecrets() : [], deps.clock.realNow());

    const reading = readCall(body, call, { origin, receivedAt, rate: deps.clock.rate, placeholderIds: deps.placeholderIds, speakerOf });
    if (reading.kind === 'unreadable') {
      const { reason, detail } = reading;
      await ingest(
        [],
        [{ reason, detail, payload: text.slice(0, keptCharacters).replaceAll(secret, ''), receivedAt, origin, speaker: null }],
      );
      throw new Problem(400, reason, detail);
    }
    const { rejected } = await ingest(
      reading.events.flatMap((event) => (event.kind === 'event' ? [event.incoming] : [])),
      reading.events.flatMap((event) => (event.kind === 'rejected' ? [event.rejected] : [])),
    );
    const [refused] = rejected;
    if (refused !== undefined && reading.kind === 'single') throw new Problem(400, refused.reason, refused.detail);
    return success;
  }

  /** The key that opened; throws a 401 that says what is missing. */
  async function authorize(...offered: readonly (string | null)[]): Promise<{ readonly key: WriteKey; readonly secret: string }> {
    const keys = offered.filter((key) => key !== null);
    for (const secret of keys) {
      const key = await findWriteKey(secret);
      if (key !== null) return { key, secret };
    }
    throw keys.length === 0
      ? new Problem(401, 'no-write-key', 'A write key is needed: as the user name of Basic authentication, or as `writeKey` in the body.')
      : new Problem(401, 'unknown-write-key', 'This write key is not known, or was revoked.');
  }
}

/** Bytes that a body will hold in memory, as far as its headers tell; null where they do not. JSON packs about ten to one. */
function weightOf(headers: FastifyRequest['headers']): number | null {
  const length = Number(headers['content-length']);
  if (!Number.isFinite(length)) return null;
  return headers['content-encoding'] === undefined ? length : Math.max(length, Math.min(10 * length, maxUnpackedBytes));
}

/** As much of a body that cannot be read as helps a person to find its sender. */
const keptCharacters = 64 * 1024;

type CallReading =
  | { readonly kind: 'single' | 'batch'; readonly events: readonly SegmentReading[] }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly detail: string };

function readCall(body: unknown, call: Call, received: Omit<SegmentRequest, 'sentAt'>): CallReading {
  if (body === undefined) return { kind: 'unreadable', reason: 'invalid-json', detail: 'The body is not JSON.' };
  if (!isRecord(body)) return { kind: 'unreadable', reason: 'not-an-object', detail: 'The body must be a JSON object.' };
  const { batch, sentAt } = body;
  const about = { ...received, sentAt };
  if (call !== 'batch' && call !== 'import') return { kind: 'single', events: [readSegmentEvent(body, call, about)] };
  if (!Array.isArray(batch)) return { kind: 'unreadable', reason: 'no-batch', detail: '`batch` must be a list of events.' };
  if (batch.length > maxBatch) throw new Problem(413, 'batch-too-long', `\`batch\` has more than ${maxBatch} events.`);
  return { kind: 'batch', events: batch.map((raw, position) => readSegmentEvent(raw, null, about, position)) };
}

async function answerPreflight(_request: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'GET, POST, OPTIONS')
    .header('access-control-allow-headers', 'authorization, content-type, content-encoding')
    .header('access-control-max-age', '86400')
    .send();
}

function bodyKey(body: unknown): string | null {
  const key = isRecord(body) ? body['writeKey'] : null;
  return typeof key === 'string' && key !== '' ? key : null;
}

/** The user name of Basic authentication. */
function basicUser(header: string | undefined): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const [user = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return user === '' ? null : user;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
