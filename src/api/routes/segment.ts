import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { combineIngest } from '../../app/ingest/combine-ingest.js';
import { readSegmentEvent, type SegmentReading, type SegmentRequest } from '../../app/ingest/read-segment-event.js';
import { speakersBy, userTokenSecrets } from '../../app/keys/user-tokens.js';
import { writeKeysInUse } from '../../app/keys/write-keys-in-use.js';
import type { EventType } from '../../domain/events/event.js';
import { untilNextHour } from '../../domain/keys/key-budget.js';
import { hasKeyShape } from '../../domain/keys/key-shape.js';
import { isRecord } from '../../domain/values/is-record.js';
import { keptCharacters } from '../../domain/values/kept-payload.js';
import { openTo } from '../access.js';
import { Problem } from '../problem.js';
import { type DoorLimits, Doorway, doorLimits, type TakenBody } from '../segment/doorway.js';
import { readJson } from '../segment/read-body.js';
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

const preflight = openTo({ kind: 'open', internal: false });
const byWriteKey = (act: string) => openTo({ kind: 'write-key' }, act);

/** The longest batch: beyond it a single request would keep the store busy for seconds. */
const maxBatch = 5_000;

/**
 * Segment's HTTP API, so that a shop's ordinary event client can be pointed at us. 200 `{"success":true}` means committed, never before. The write key comes as
 * the user of Basic authentication or as `writeKey` in the body. A body is JSON whatever its content type says, plain, gzip or deflate. In a batch, an event that
 * cannot be taken goes to the dead letters while the rest is stored, and the answer is 200; alone it is kept too, and the answer is 400 with the reason. Too much
 * at once is answered with 429 and a Retry-After in whole seconds. Who may bring a body in, and how much of it: `Doorway`.
 */
export function segmentRoutes(deps: AppDeps, limits: DoorLimits = doorLimits): FastifyPluginAsync {
  const findKey = writeKeysInUse(deps);
  const tokenSecrets = userTokenSecrets(deps);
  const ingest = combineIngest(deps);
  const doorway = new Doorway(findKey, limits);

  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => doorway.readBody(request, payload));
    server.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after');
    });

    for (const [path, call] of Object.entries(calls)) {
      const url = `/v1/${path}`;
      server.options(url, { config: preflight, schema: { hide: true } }, answerPreflight);
      server.post<{ Body: TakenBody }>(
        url,
        { config: byWriteKey(`events.${call}`), schema: { hide: true }, onRequest: (request, reply) => doorway.enter(request, reply) },
        async ({ body }, reply) => {
          const startedAt = performance.now();
          try {
            return await take(body, call, reply);
          } finally {
            body.leave();
            deps.metrics.ingest(call, performance.now() - startedAt);
          }
        },
      );
    }

    // analytics.js counts its own troubles; nobody here needs them, so they are not even read.
    server.options('/v1/m', { config: preflight, schema: { hide: true } }, answerPreflight);
    server.post(
      '/v1/m',
      {
        config: openTo({ kind: 'open', internal: false }),
        schema: { hide: true },
        onRequest: async (_request, reply) => reply.send(success),
      },
      async () => success,
    );

    server.options('/v1/projects/:key/settings', { config: preflight, schema: { hide: true } }, answerPreflight);
    server.get<{ Params: { key: string } }>(
      '/v1/projects/:key/settings',
      { config: byWriteKey('event-client.configure'), schema: { hide: true } },
      async (request, reply) => {
        const { key } = request.params;
        if (!hasKeyShape('write', key) || (await findKey(key)) === null)
          throw new Problem(404, 'unknown-write-key', 'There is no project with this write key.');
        return reply.header('cache-control', 'public, max-age=60').send(browserSettings(key, deps.publicUrl));
      },
    );
  };

  async function take({ text, secret, key }: TakenBody, call: Call, reply: FastifyReply): Promise<typeof success> {
    const receivedAt = deps.clock.now();
    const body = readJson(text);
    const origin = originOf(call, body);
    const speakerOf = speakersBy(key, text.includes('userToken') ? await tokenSecrets() : [], deps.clock.realNow());
    const reading = readCall(body, call, {
      origin,
      receivedAt,
      rate: deps.clock.rate,
      placeholderIds: deps.placeholderIds,
      speakerOf,
    });
    if (reading.kind === 'unreadable') {
      const { reason, detail } = reading;
      const payload = text.slice(0, keptCharacters).replaceAll(secret, '');
      await ingest([], [{ reason, detail, payload, receivedAt, origin: origin === 'live' ? 'live' : 'import', speaker: null }], key.id);
      throw new Problem(400, reason, detail);
    }
    const { rejected, overBudget } = await ingest(
      reading.events.flatMap((event) => (event.kind === 'event' ? [event.incoming] : [])),
      reading.events.flatMap((event) => (event.kind === 'rejected' ? [event.rejected] : [])),
      key.id,
    );
    if (overBudget > 0) {
      void reply.header('retry-after', String(Math.max(1, Math.ceil(untilNextHour(receivedAt) / deps.clock.rate / 1000))));
      throw new Problem(
        429,
        'key-budget',
        'This write key has used up what it may bring about in an hour. What is not taken was not kept: send it again later.',
      );
    }
    const [refused] = rejected;
    if (refused !== undefined && reading.kind === 'single') throw new Problem(400, refused.reason, refused.detail);
    return success;
  }
}

/** History says so itself (`history: true`): `/v1/import` is also where the Java and Ruby clients post what happens now. */
function originOf(call: Call, body: unknown): SegmentRequest['origin'] {
  if ((call === 'batch' || call === 'import') && isRecord(body) && body['history'] === true) return 'import';
  return call === 'import' ? 'by-age' : 'live';
}

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
