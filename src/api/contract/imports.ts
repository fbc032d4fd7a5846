import { z } from 'zod';
import { importKinds } from '../../sources/file/fields.js';
import { mappingSchema } from '../../sources/file/mapping.js';
import { instant, maybeInstant, plainText } from './shared.js';

const count = z.number().int().min(0);

const wanted = {
  mapping: mappingSchema.meta({ description: 'Which column is what: docs/imports.md.' }),
  header: z.array(z.string().max(500)).min(1).max(1_000).meta({ description: 'The headings of the file, in their order.' }),
  file: plainText(255).meta({ description: 'Its name, without folders: for evidence and dead letters.' }),
  triggers: z.boolean().default(false).meta({ description: 'Events that are not too late start journeys.' }),
  asOf: instant.meta({ description: 'When the file was written: what it does not date is as of then.' }),
};

export const importBody = z.strictObject({
  ...wanted,
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'SHA-256 of the file and of how it is read: by it the file is known again.' }),
});

const lineFault = z.object({ line: count, reason: z.string(), detail: z.string() });

const group = z.strictObject({
  line: count.meta({ description: 'Of the first of its lines, from 1.' }),
  rows: z.array(z.record(z.string(), z.unknown())).max(1_000).meta({ description: 'Cells by heading, of each line.' }),
  fault: z
    .strictObject({ reason: plainText(100), detail: plainText(500) })
    .nullable()
    .default(null),
});

export const importBatchBody = z.strictObject({
  from: count.meta({ description: 'The position of the import, of which these are the next.' }),
  groups: z.array(group).max(2_000),
  isLast: z.boolean().default(false),
});

export const importCheckBody = z.strictObject({ ...wanted, groups: z.array(group).max(2_000) });

export const importAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(importKinds),
    file: z.string(),
    triggers: z.boolean(),
    asOf: instant,
    position: count.meta({ description: 'Lines, or groups of lines, that are dealt with.' }),
    taken: count,
    faulty: count.meta({ description: 'Each of them is a dead letter.' }),
    leftOut: z.record(z.string(), z.number()).meta({ description: 'Lines that say nothing that is kept, by why.' }),
    startedAt: instant,
    updatedAt: instant,
    finishedAt: maybeInstant,
  })
  .meta({ id: 'Import' });
export type ImportAnswer = z.input<typeof importAnswer>;

export const startedImport = z.object({
  import: importAnswer,
  isNew: z.boolean().meta({ description: 'False: the file was begun before, and goes on at `position`.' }),
  groupBy: z.string().nullable().meta({ description: 'The heading by which lines that stand together are one thing.' }),
  read: z.record(z.string(), z.string()).meta({ description: 'The heading of each field.' }),
  unread: z.array(z.string()).readonly().meta({ description: 'Headings that nothing reads.' }),
});
export type StartedImport = z.input<typeof startedImport>;

export const importBatchAnswer = z.object({ import: importAnswer, faults: z.array(lineFault).readonly() });
export type ImportBatchAnswer = z.input<typeof importBatchAnswer>;

export const importCheckAnswer = z.object({
  taken: count,
  leftOut: z.record(z.string(), z.number()),
  faults: z.array(lineFault).readonly(),
  groupBy: z.string().nullable(),
  read: z.record(z.string(), z.string()),
  unread: z.array(z.string()).readonly(),
});
export type ImportCheckAnswer = z.input<typeof importCheckAnswer>;
