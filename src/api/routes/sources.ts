import type { IncomingMessage } from 'node:http';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { combineIngest } from '../../app/ingest/combine-ingest.js';
import { speakersBy, userTokenSecrets } from '../../app/keys/user-tokens.js';
import { writeKeysInUse } from '../../app/keys/write-keys-in-use.js';
import { untilNextHour } from '../../domain/keys/key-budget.js';
import { readJson } from '../../domain/values/exact-json.js';
import { keptCharacters } from '../../domain/values/kept-payload.js';
import { sources } from '../../sources/index.js';
import { readOne } from '../../sources/kit/read-one.js';
import type { Source } from '../../sources/source.js';
import { openTo } from '../access.js';
import { type DoorLimits, Doorway, doorLimits, type TakenBody } from '../event-door/doorway.js';
import { answerPreflight, openToPages, preflight } from '../event-door/pages-of-others.js';
import { Problem } from '../problem.js';

const success = { success: true } as const;

/** The longest batch: beyond it a single request would keep the store busy for seconds. */
const maxBatch = 5_000;

/**
 * The paths of all sources (`src/sources`). 200 `{"success":true}` means committed, never before. The write key comes as the user of Basic
 * authentication or as
 * `writeKey` in the body. A body is JSON whatever its content type says, plain, gzip or deflate. In a batch, an event that cannot be taken
 * goes to the dead letters while the rest is stored, and the answer is 200; alone it is kept too, and the answer is 400 with the reason.
 * Too much at once is answered with 429 and a Retry-After in whole seconds. Who may bring a body in, and how much of it: `Doorway`.
 */
export function sourceRoutes(deps: AppDeps, limits: DoorLimits = doorLimits): FastifyPluginAsync {
  const tokenSecrets = userTokenSecrets(deps);
  const ingest = combineIngest(deps);
  const doorway = new Doorway(writeKeysInUse(deps), limits);

  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => doorway.readBody(request, payload));
    server.addHook('onRequest', openToPages);
    for (const { source, path, call } of doors()) {
      server.options(`/v1/${path}`, { config: preflight, schema: { hide: true } }, answerPreflight);
      server.post<{ Body: TakenBody }>(
        `/v1/${path}`,
        {
          config: openTo({ kind: 'write-key' }, `events.${call}`),
          schema: { hide: true },
          onRequest: (request, reply) => doorway.enter(request, reply),
        },
        async ({ body }, reply) => {
          const startedAt = performance.now();
          try {
            return await take(body, source, call, reply);
          } finally {
            body.leave();
            deps.metrics.ingest(call, performance.now() - startedAt);
          }
        },
      );
    }
  };

  async function take({ text, secret, key }: TakenBody, source: Source, call: string, reply: FastifyReply): Promise<typeof success> {
    const receivedAt = deps.clock.now();
    const body = source.readBody(readJson(text), call);
    if (body.kind === 'unreadable') {
      const { reason, detail } = body;
      const payload = text.slice(0, keptCharacters).replaceAll(secret, '');
      const origin = body.origin === 'live' ? 'live' : 'import';
      await ingest([], [{ source: source.id, reason, detail, payload, receivedAt, origin, speaker: null }], key.id);
      throw new Problem(400, reason, detail);
    }
    const { events, beside, origin } = body;
    if (events.length > maxBatch)
      throw new Problem(413, 'batch-too-long', `\`batch\` has more than ${maxBatch} events: send it in smaller parts.`);
    const speakerOf = speakersBy(key, text.includes('userToken') ? await tokenSecrets() : [], deps.clock.realNow());
    const delivery = { origin, receivedAt, rate: deps.clock.rate, placeholderIds: deps.placeholderIds, speakerOf };
    const readings = events.map((raw, position) => readOne(source, raw, delivery, beside, position));
    const { rejected, overBudget } = await ingest(
      readings.flatMap((event) => (event.kind === 'event' ? [event.incoming] : [])),
      readings.flatMap((event) => (event.kind === 'rejected' ? [event.rejected] : [])),
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
    if (refused !== undefined && !body.isBatch) throw new Problem(400, refused.reason, refused.detail);
    return success;
  }
}

function doors(): readonly { readonly source: Source; readonly path: string; readonly call: string }[] {
  return sources.flatMap((source) => Object.entries(source.paths).map(([path, call]) => ({ source, path, call })));
}
