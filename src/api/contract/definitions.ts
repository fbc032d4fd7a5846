import { z } from 'zod';
import { fileProblem, instant, plainText, versionNumber, yamlSource } from './shared.js';

/** A version that moves people. */
export const movingSource = yamlSource.extend({
  tells: z
    .boolean()
    .default(false)
    .meta({ description: 'Journeys hear of everybody whom this version moves. Else of nobody, because nothing happened to them.' }),
});

/** What a definition is in force as. */
export const definitionSummary = z
  .object({
    id: z.string(),
    version: z.number(),
    state: z.enum(['live', 'archived']).meta({ description: 'archived: this version took it out of force.' }),
    name: z.string().nullable().meta({ description: 'For people; null: archived.' }),
    hash: z.string(),
    note: z.string().nullable(),
    publishedAt: instant,
  })
  .meta({ id: 'DefinitionSummary' });
export type DefinitionSummary = z.input<typeof definitionSummary>;

export const definitionVersion = definitionSummary
  .extend({ source: z.string(), definition: z.unknown().meta({ description: 'What the source was read as; null: archived.' }) })
  .meta({ id: 'DefinitionVersion' });
export type DefinitionVersionAnswer = z.input<typeof definitionVersion>;

export const publishedDefinition = z
  .object({
    id: z.string(),
    version: z.number(),
    hash: z.string(),
    published: z.boolean().meta({ description: 'False: what is in force says the same already.' }),
    problems: z.array(fileProblem.meta({ id: 'DefinitionProblem' })).readonly(),
  })
  .meta({ id: 'PublishedDefinition' });
export type PublishedDefinition = z.input<typeof publishedDefinition>;

export const archivedDefinition = z.object({ id: z.string(), version: z.number() }).meta({ id: 'ArchivedDefinition' });
export type ArchivedDefinition = z.input<typeof archivedDefinition>;

export const definitionVersionParams = z.object({ id: plainText(200), version: versionNumber });
