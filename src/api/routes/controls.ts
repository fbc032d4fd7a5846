import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { pauseSending, resumeSending, showPauses } from '../../app/journeys/control-journeys.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import { controlSwitchAnswer, controlSwitchBody, controls } from '../contract/controls.js';
import type { ApiDeps } from '../deps.js';

/** The kill switches: all sends, or those of a channel. */
export function controlRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['controls'];
    const show = async () => ({ paused: await showPauses(app) });

    server.get(
      '/controls',
      { config: keyed('read', 'control.show', nothing), schema: { tags, summary: 'The kill switches', response: { 200: controls } } },
      show,
    );

    server.post(
      '/controls',
      {
        config: keyed(
          'admin',
          'control.switch',
          changes(nobody, ({ body }) => Object.values(controlSwitchBody.parse(body)).reverse().join(' ')),
        ),
        schema: {
          tags,
          summary: 'Pause or resume all sending, or one channel, from the next decision on',
          body: controlSwitchBody,
          response: {
            200: controlSwitchAnswer,
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
