import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { fellBackFrom } from '../../domain/messages/fell-back.js';
import { changes, inBody, keyed, nobody, nothing, reads } from '../access.js';
import { idParams, pageOf } from '../contract/shared.js';
import {
  template,
  templatePreview,
  templatePreviewBody,
  templatePublishAnswer,
  templatePublishBody,
  templateTestAnswer,
  templateTestBody,
} from '../contract/templates.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem, present } from '../problem.js';

/** Templates as the running server has them published. An id with a slash is written `%2F`. */
export function templateRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['templates'];
    server.get(
      '/templates',
      {
        config: keyed('read', 'template.list', nothing),
        schema: { tags, summary: 'Published templates', response: { 200: pageOf(template) } },
      },
      async () => ({
        items: deps.templates.ids().map((id) => ({ id, channel: deps.templates.channelOf(id), class: deps.templates.classOf(id) })),
        nextCursor: null,
      }),
    );

    server.post(
      '/templates/:id/previews',
      {
        config: keyed('read', 'template.preview', reads(inBody)),
        schema: {
          tags,
          summary: 'What a profile would get now; without a profile, with the template’s samples',
          params: idParams,
          body: templatePreviewBody,
          response: { 200: templatePreview },
        },
      },
      async (request) => {
        const { profileId, locale } = request.body;
        const shown = await present(
          deps.previewTemplate,
          'preview templates',
        )({ templateId: request.params.id, profileId: profileId ?? null, locale: locale ?? null });
        if ('locale' in shown) return { ...shown, fellBackFrom: fellBackFrom(locale, shown.locale) };
        switch (shown.kind) {
          case 'unknown-template':
            throw notFound('template', request.params.id);
          case 'unknown-profile':
            throw notFound('profile', profileId ?? '');
          case 'empty':
            throw new Problem(422, 'empty-content', `Nothing would be sent: ${shown.problem}`);
        }
      },
    );

    server.post(
      '/templates/:id/test-sends',
      {
        config: keyed('send', 'template.test', changes(nobody)),
        schema: {
          tags,
          summary: 'Send it, or a draft of it, through the gate to one of the shop’s test addresses',
          params: idParams,
          body: templateTestBody,
          response: {
            202: templateTestAnswer,
          },
        },
      },
      async (request, reply) => {
        const { to, profileId, locale, sample, data, draft } = request.body;
        if (profileId !== undefined && sample !== undefined)
          throw new Problem(400, 'invalid-request', 'Give either a person (profileId) or a sample, not both.');
        const sent = await present(
          deps.testSend,
          'send tests',
        )({
          templateId: request.params.id,
          profileId: profileId ?? null,
          to,
          locale: locale ?? null,
          sample: sample ?? null,
          data: data ?? null,
          draft,
        });
        switch (sent.kind) {
          case 'unknown-template':
            throw notFound('template', request.params.id);
          case 'unknown-profile':
            throw notFound('profile', profileId ?? '');
          case 'refused':
            throw new Problem(422, 'test-send-refused', sent.reason);
          case 'unknown-sample':
            throw notFound('sample', sample ?? '');
          case 'done':
            return reply
              .status(202)
              .send({ messageId: sent.messageId, language: sent.language, fellBackFrom: fellBackFrom(locale, sent.language) });
        }
      },
    );

    server.post(
      '/template-publications',
      {
        config: keyed('publish', 'template.publish', changes(nobody)),
        schema: {
          tags,
          summary: 'Publish the changed templates of the project folder',
          body: templatePublishBody,
          response: {
            200: templatePublishAnswer,
          },
        },
      },
      async (request) => ({ templates: await present(deps.publishTemplates, 'publish templates')(request.body) }),
    );
  };
}
