import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { fellBackFrom } from '../../domain/messages/fell-back.js';
import { changes, inBody, keyed, nobody, nothing, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound, Problem, present } from '../problem.js';
import { fileProblem, idParams, pageOf, plainText } from '../schemas.js';

/** The language that was asked for, where the template has no words in it; null: it has. */
const fellBack = z.string().nullable().meta({ description: 'The language that was asked for, where there are no words in it.' });

const preview = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('email'),
      subject: z.string(),
      html: z.string(),
      text: z.string(),
      locale: z.string().meta({ description: 'The language that its words are in.' }),
      templateVersion: z.number(),
      fellBackFrom: fellBack,
    }),
    z.object({
      kind: z.literal('sms'),
      body: z.string(),
      segments: z.number(),
      encoding: z.string(),
      locale: z.string().meta({ description: 'The language that its words are in.' }),
      templateVersion: z.number(),
      fellBackFrom: fellBack,
    }),
  ])
  .meta({ id: 'TemplatePreview' });

const publication = z
  .object({
    id: z.string(),
    version: z.number(),
    published: z.boolean(),
    differs: z.boolean().meta({ description: 'What the folder says is not what was live before.' }),
    problems: z.array(fileProblem).readonly(),
  })
  .meta({ id: 'TemplatePublication' });

/** Templates as the running server has them published. An id with a slash is written `%2F`. */
export function templateRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['templates'];
    const template = z.object({ id: z.string(), channel: z.string().nullable(), class: z.string().nullable() });
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
          summary: 'What a profile would get now; with the template’s samples when no profile is named',
          params: idParams,
          body: z.object({ profileId: plainText(100).optional(), locale: plainText(35).optional() }).default({}),
          response: { 200: preview },
        },
      },
      async (request) => {
        const { profileId, locale } = request.body;
        const shown = await present(
          deps.previewTemplate,
          'preview templates',
        )({ templateId: request.params.id, profileId: profileId ?? null, locale: locale ?? null });
        switch (shown.kind) {
          case 'unknown-template':
            throw notFound('template', request.params.id);
          case 'unknown-profile':
            throw notFound('profile', profileId ?? '');
          case 'empty':
            throw new Problem(422, 'empty-content', `Nothing would be sent: ${shown.problem}`);
          case 'email':
          case 'sms':
            return { ...shown, fellBackFrom: fellBackFrom(locale, shown.locale) };
        }
      },
    );

    server.post(
      '/templates/:id/test-sends',
      {
        config: keyed('send', 'template.test', changes(nobody)),
        schema: {
          tags,
          summary: 'Send it, or a draft of it, through the gate to one of the shop’s listed test addresses',
          params: idParams,
          body: z.object({
            to: plainText(320),
            profileId: plainText(100).optional().meta({ description: 'As this person would get it; else as the first sample.' }),
            locale: plainText(35).optional().meta({ description: 'In this language, such as `de`.' }),
            sample: plainText(100).optional().meta({ description: 'As this sample of the folder.' }),
            data: z.record(z.string(), z.unknown()).optional().meta({ description: 'What it reads as `data`; else its example.' }),
            draft: z.boolean().default(false).meta({ description: 'The file of the server’s folder as it is now, published or not.' }),
          }),
          response: {
            202: z.object({ messageId: z.string(), language: z.string(), fellBackFrom: fellBack }),
          },
        },
      },
      async (request, reply) => {
        const { to, profileId, locale, sample, data, draft } = request.body;
        if (profileId !== undefined && sample !== undefined)
          throw new Problem(400, 'invalid-request', 'Name a person (profileId) or a sample, one of them.');
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
          summary: 'Publish what changed in the project’s templates folder',
          body: z
            .strictObject({ dryRun: z.boolean().default(false).meta({ description: 'Only say what would be published.' }) })
            .default({ dryRun: false }),
          response: {
            200: z.object({ templates: z.array(publication).readonly() }),
          },
        },
      },
      async (request) => ({ templates: await present(deps.publishTemplates, 'publish templates')(request.body) }),
    );
  };
}
