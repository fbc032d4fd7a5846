import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Replay, type ReplayProgress, replayJourney } from '../../app/replay/replay-journey.js';
import { cannotKnow } from '../../replay/cannot-know.js';
import { keyed, readsInParts } from '../access.js';
import { replayBody, replayLine } from '../contract/replays.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

type Line = z.input<typeof replayLine>;

/** Plays the past through a draft. One at a time in a process: it takes the time of one thread. */
export function replayRoutes({ app, templates }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    let isBusy = false;

    server.post(
      '/replays',
      {
        config: keyed('read', 'journey.replay', readsInParts),
        schema: {
          tags: ['journeys'],
          summary:
            'Play what was recorded through a draft of a journey and through its live version; nothing is written and nothing is sent',
          body: replayBody,
          response: { 200: { description: 'Lines of JSON.', content: { 'application/x-ndjson': { schema: replayLine } } } },
        },
      },
      async (request, reply) => {
        const { from, to } = request.body;
        if (from >= to) throw new Problem(400, 'invalid-request', '`from` must be before `to`.');
        if (isBusy) throw new Problem(409, 'replay-running', 'Another replay is running in this process. Try again when it has ended.');
        const start = await replayJourney({ ...app, templates }, request.body);
        if (start.kind === 'too-long')
          throw new Problem(400, 'invalid-request', `A replay covers at most ${start.mostDays} days: choose a shorter time.`);
        if (start.kind === 'refused')
          throw new Problem(422, 'journey-not-valid', 'The draft cannot be played: it has errors.', { problems: [...start.problems] });
        const answer = Readable.from(lines(start.replay, request));
        isBusy = true;
        // Also where the client has gone before it began.
        answer.once('close', () => {
          isBusy = false;
          void start.replay.return(undefined as never);
        });
        return reply.type('application/x-ndjson').send(answer as never);
      },
    );

    async function* lines(played: AsyncGenerator<ReplayProgress, Replay>, request: FastifyRequest): AsyncGenerator<string> {
      try {
        for (let next = await played.next(); ; next = await played.next()) {
          if (next.done === true) return yield await lastLine(next.value, request);
          yield lineOf({ progress: next.value });
        }
      } catch (error) {
        app.log.error({ requestId: request.id, error: error instanceof Error ? error.name : 'unknown' }, 'A replay failed.');
        yield lineOf({ problem: { code: 'internal', detail: `The replay failed on our side. The log has it under ${request.id}.` } });
      }
    }

    /** Whom it shows is noted before it leaves. */
    async function lastLine(replay: Replay, request: FastifyRequest): Promise<string> {
      const whom = replay.shown.map(({ profileId }) => ({ kind: 'profile' as const, id: profileId }));
      if (whom.length > 0) await server.noteShown(request, whom);
      return lineOf({ replay: { ...replay, cannotKnow } });
    }
  };
}

function lineOf(line: z.output<typeof replayLine>): string {
  return `${JSON.stringify(z.encode(replayLine, line) satisfies Line)}\n`;
}
