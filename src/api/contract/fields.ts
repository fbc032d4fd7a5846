import { z } from 'zod';
import { fieldReaders, fieldTypes, specialKinds } from '../../domain/answers/field.js';
import { maybeInstant } from './shared.js';

const fieldUse = z
  .object({
    kind: z.string().meta({ description: 'journey, template, segment, quiz, or sojourn: every send reads it.' }),
    id: z.string(),
    version: z.number().nullable(),
    since: maybeInstant.meta({ description: 'Since when this version is in force.' }),
  })
  .meta({ id: 'FieldUse' });

const declaredField = z
  .object({
    label: z.string(),
    type: z.enum(fieldTypes),
    choices: z.array(z.string()).readonly(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    purpose: z.string(),
    source: z.string(),
    keepMs: z.number().nullable().meta({ description: 'Null: as long as the person is known here.' }),
    validMs: z.number().meta({ description: 'After that an answer counts as unknown.' }),
    visibleTo: z.enum(fieldReaders),
    special: z.enum(specialKinds).nullable(),
  })
  .meta({ id: 'DeclaredField' });

export const fieldList = z
  .object({
    lookedAt: z.number().meta({ description: 'So many people were looked at for traits.' }),
    items: z
      .array(
        z.object({
          name: z.string(),
          declared: declaredField.nullable().meta({ description: 'Null: no line of fields.yaml names it.' }),
          uses: z.array(fieldUse).readonly(),
          people: z.number().meta({ description: 'So many of them have a trait of this name.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'FieldList' });
export type FieldList = z.input<typeof fieldList>;
