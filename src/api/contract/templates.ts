import { z } from 'zod';
import { channelsOf } from '../../domain/messages/channel.js';
import { fileProblem, plainText } from './shared.js';

/** The language that was asked for, where the template has no words in it; null: it has. */
const fellBack = z.string().nullable().meta({ description: 'The requested language, if the template has no words in it.' });

export const templatePreview = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal(channelsOf('designed')),
      subject: z.string(),
      html: z.string(),
      text: z.string(),
      locale: z.string().meta({ description: 'The language of its words.' }),
      templateVersion: z.number(),
      fellBackFrom: fellBack,
    }),
    z.object({
      kind: z.literal(channelsOf('plain')),
      body: z.string(),
      segments: z.number(),
      encoding: z.string(),
      locale: z.string().meta({ description: 'The language of its words.' }),
      templateVersion: z.number(),
      fellBackFrom: fellBack,
    }),
  ])
  .meta({ id: 'TemplatePreview' });
export type TemplatePreview = z.input<typeof templatePreview>;

export const templatePublication = z
  .object({
    id: z.string(),
    version: z.number(),
    published: z.boolean(),
    differs: z.boolean().meta({ description: 'Whether the file differs from the live version.' }),
    problems: z.array(fileProblem).readonly(),
  })
  .meta({ id: 'TemplatePublication' });

export const templatePreviewBody = z.object({ profileId: plainText(100).optional(), locale: plainText(35).optional() }).default({});

export const templateTestBody = z.object({
  to: plainText(320),
  profileId: plainText(100).optional().meta({ description: 'For this person; default: with the first sample.' }),
  locale: plainText(35).optional().meta({ description: 'In this language, such as `de`.' }),
  sample: plainText(100).optional().meta({ description: 'With this sample of the folder.' }),
  data: z.record(z.string(), z.unknown()).optional().meta({ description: 'What it reads as `data`; default: its example.' }),
  draft: z.boolean().default(false).meta({ description: 'Use the present file in the server’s folder, also if it is not published.' }),
});

export const templateTestAnswer = z.object({ messageId: z.string(), language: z.string(), fellBackFrom: fellBack });
export type TemplateTestAnswer = z.input<typeof templateTestAnswer>;

export const templatePublishBody = z
  .strictObject({ dryRun: z.boolean().default(false).meta({ description: 'Only say what would be published.' }) })
  .default({ dryRun: false });

export const templatePublishAnswer = z.object({ templates: z.array(templatePublication).readonly() });
export type TemplatePublishAnswer = z.input<typeof templatePublishAnswer>;

export const template = z.object({ id: z.string(), channel: z.string().nullable(), class: z.string().nullable() });
export type Template = z.input<typeof template>;
