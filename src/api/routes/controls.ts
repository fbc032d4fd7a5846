import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pauseSending, resumeSending, showPauses } from '../../app/journeys/control-journeys.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { maybeInstant } from '../schemas.js';

const scope = z.enum(['all', 'email', 'sms']);
const asked = z.object({ scope, action: z.enum(['pause', 'resume']) });
const controls = z
  .object({
    paused: z
      .object({ all: maybeInstant, email: maybeInstant, sms: maybeInstant })
      .meta({ description: 'Since when each scope is stopped; null: it is not.' }),
  })
  .meta({ id: 'Controls' });

/** The kill switches: all sends, or those of a channel. */
export function controlRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['controls'];
    const show = async () => ({ paused: await showPauses(app) });

    server.get(
      '/controls',
      { config: keyed('read', 'control.show', nothing), schema: { tags, summary: 'What is stopped', response: { 200: controls } } },
      show,
    );

    server.post(
      '/controls',
      {
        config: keyed(
          'admin',
          'control.switch',
          changes(nobody, ({ body }) => Object.values(asked.parse(body)).reverse().join(' ')),
        ),
        schema: {
          tags,
          summary: 'Stop or resume all sends, or those of a channel, from the next decision on',
          body: asked,
          response: {
            200: controls.extend({ changed: z.boolean(), entries: z.number().meta({ description: 'Held entries that go on.' }) }),
          },
        },
      },
      async (request) => {
        const result = await (request.body.action === 'pause' ? pauseSending : resumeSending)(app, request.body.scope);
        return { ...(await show()), changed: result.kind !== 'unchanged', entries: result.kind === 'resumed' ? result.entries : 0 };
      },
    );
  };
}
