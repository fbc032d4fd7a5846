import { z } from 'zod';
import { instant, plainText } from './shared.js';

const consent = z.object({
  text: plainText(2000).meta({ description: 'The words that the person agreed to.' }),
  method: plainText(200).default('form'),
});

export const answerList = z
  .object({
    items: z
      .array(
        z.object({
          seq: z.number(),
          name: z.string().meta({ description: 'The field.' }),
          value: z.unknown().meta({ description: 'Null: it was taken back, or `isHidden`.' }),
          source: z.string(),
          quiz: z.string().nullable(),
          version: z.number().nullable(),
          purpose: z.string().nullable(),
          answeredAt: instant,
          expiresAt: instant.meta({ description: 'From then on it counts as unknown.' }),
          recordedAt: instant,
          consent: consent.nullable(),
          isCurrent: z.boolean().meta({ description: 'The newest answer to its field, and not too old.' }),
          isHidden: z.boolean().meta({ description: 'This API key may not see values of the field.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'AnswerList' });

export const answersBody = z.object({
  answers: z
    .record(plainText(200), z.unknown())
    .meta({ description: 'By field: text, a number, true, false, a list of texts; null takes an answer back.' }),
  source: plainText(200).default('api').meta({ description: 'Where the person said it: `support`, `preferences`.' }),
  quiz: plainText(200).nullable().default(null),
  version: z.number().int().min(0).nullable().default(null),
  purpose: plainText(500).nullable().default(null).meta({ description: 'The purpose that the person saw; default: that of the field.' }),
  consent: consent.nullable().default(null).meta({ description: 'A special field is kept only with it.' }),
});
