import { z } from 'zod';
import { type Field, fieldReaders, fieldTypes, specialKinds, usualValidMs } from '../../domain/answers/field.js';
import { error, type Finding, warning } from '../../journey/finding.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import type { DefinitionForm } from '../kind.js';
import type { FieldsDefinition } from './fields.js';

const fieldName = z
  .string()
  .regex(
    /^(?!(?:constructor|__proto__|consents)$)[A-Za-z][A-Za-z0-9_]{0,62}$/,
    'must be a name of letters, digits and underscores, such as skin_type',
  );

const fieldSource = z.strictObject({
  label: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'For people.', examples: ['Skin type'] }),
  type: z.enum(fieldTypes).meta({ description: 'choice: one of `choices`; choices: several of them; flag: yes or no.' }),
  choices: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  purpose: z
    .string()
    .min(10, 'must say in a sentence what the value is used for')
    .max(500)
    .meta({ description: 'What it is used for. People read it on pages that ask them.' }),
  source: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'Where it comes from.', examples: ['quiz', 'checkout', 'support'] }),
  keep: z
    .union([z.literal('always'), durationText])
    .meta({ description: 'How long a value is kept; always: as long as the person is known here.', examples: ['P730D', 'always'] }),
  valid: durationText.optional().meta({ description: 'After that an answer counts as unknown and may be asked again. Absent: P365D.' }),
  visible_to: z.enum(fieldReaders).optional().meta({
    description: 'The scope of API keys that may see it. Absent: read; for a special field privacy. nobody: only journeys and templates.',
  }),
  special: z
    .enum(specialKinds)
    .optional()
    .meta({ description: 'Data that the law protects more. It needs a consent of its own and is encrypted where it is kept.' }),
});
type FieldSource = z.output<typeof fieldSource>;

const schema = z
  .strictObject({
    fields: z.record(fieldName, fieldSource).meta({ description: 'By the name of the trait or answer.' }),
  })
  .meta({ id: 'Fields', title: 'Sojourn fields: what may be known of a person' });
type FieldsSource = z.output<typeof schema>;

export const fieldsForm: DefinitionForm<FieldsDefinition> = {
  schema,
  compile: ({ fields }: FieldsSource) => ({
    name: 'Fields',
    fields: Object.entries(fields).map(([name, source]) => fieldOf(name, source)),
  }),
  lint: ({ fields }: FieldsSource) => Object.entries(fields).flatMap(([name, field]) => faultsOf(name, field)),
};

function fieldOf(name: string, source: FieldSource): Field {
  const { label, type, purpose, source: from, keep, valid, special = null } = source;
  return {
    name,
    label,
    type,
    choices: source.choices ?? [],
    min: source.min ?? null,
    max: source.max ?? null,
    purpose,
    source: from,
    keepMs: keep === 'always' ? null : toLimitMs(keep),
    // What is removed counts no longer.
    validMs: Math.min(
      valid === undefined ? usualValidMs : toLimitMs(valid),
      keep === 'always' ? Number.POSITIVE_INFINITY : toLimitMs(keep),
    ),
    visibleTo: source.visible_to ?? (special === null ? 'read' : 'privacy'),
    special,
  };
}

/** Without these nobody is reached; an erasure removes them. */
const reachingTraits: ReadonlySet<string> = new Set(['email', 'phone']);

/** Traits by which a person is reached or greeted: the send itself reads them, so they cannot be encrypted. */
const ownTraits: ReadonlySet<string> = new Set([
  'email',
  'phone',
  'firstName',
  'first_name',
  'locale',
  'language',
  'timezone',
  'country',
  'tracking_allowed',
  'profiling_allowed',
]);

function faultsOf(name: string, field: FieldSource): readonly Finding[] {
  const at = ['fields', name];
  const found: (Finding | null)[] = [
    field.type.startsWith('choice') && field.choices === undefined
      ? error([...at, 'type'], `The field "${name}" is a ${field.type} and has no choices.`, 'Add choices: [dry, oily].')
      : null,
    !field.type.startsWith('choice') && field.choices !== undefined
      ? error([...at, 'choices'], `The field "${name}" is a ${field.type}, which has no choices.`, 'Write type: choice, or remove choices.')
      : null,
    field.type !== 'number' && (field.min !== undefined || field.max !== undefined)
      ? error(at, `Only a number has min and max, and the field "${name}" is a ${field.type}.`, 'Write type: number, or remove them.')
      : null,
    field.min !== undefined && field.max !== undefined && field.min > field.max
      ? error([...at, 'min'], `min is greater than max, so that no value of "${name}" is possible.`, 'Exchange them.')
      : null,
    field.special !== undefined && field.keep === 'always'
      ? error(
          [...at, 'keep'],
          `"${name}" is special (${field.special}) and would be kept for ever.`,
          'Write how long, such as keep: P365D.',
        )
      : null,
    field.keep !== 'always' && reachingTraits.has(name)
      ? error([...at, 'keep'], `Sojourn reaches people by "${name}", so it cannot be removed by itself.`, 'Write keep: always.')
      : null,
    field.special !== undefined && ownTraits.has(name)
      ? error([...at, 'special'], `Sojourn reads "${name}" at each send, so it cannot be encrypted.`, 'Remove special.')
      : null,
    field.special !== undefined && field.visible_to === 'read'
      ? warning(
          [...at, 'visible_to'],
          `"${name}" is special (${field.special}), and each key that may read people would see it.`,
          'Write visible_to: privacy.',
        )
      : null,
    isLonger(field)
      ? warning([...at, 'valid'], `"${name}" counts for longer than it is kept.`, 'Write a shorter valid, or a longer keep.')
      : null,
  ];
  return found.filter((one) => one !== null);
}

function isLonger({ keep, valid }: FieldSource): boolean {
  return keep !== 'always' && valid !== undefined && toLimitMs(valid) > toLimitMs(keep);
}
