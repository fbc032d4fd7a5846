import { z } from 'zod';
import { policyKinds } from '../../domain/policy/policies.js';
import { fileProblem, instant, versionNumber } from './shared.js';

const kind = z.enum(policyKinds);

export const policyVersionSummary = z
  .object({ kind, version: z.number(), hash: z.string(), note: z.string().nullable(), publishedAt: instant })
  .meta({ id: 'PolicyVersionSummary' });
export type PolicyVersionSummary = z.input<typeof policyVersionSummary>;

export const policyVersion = policyVersionSummary
  .extend({ source: z.string(), definition: z.unknown().meta({ description: 'The parsed source.' }) })
  .meta({ id: 'PolicyVersion' });
export type PolicyVersion = z.input<typeof policyVersion>;

const policyProblem = fileProblem.meta({ id: 'PolicyProblem' });

export const publishedPolicy = z
  .object({
    kind,
    version: z.number(),
    hash: z.string(),
    published: z.boolean().meta({ description: 'False: the version in force is the same.' }),
    problems: z.array(policyProblem).readonly(),
  })
  .meta({ id: 'PublishedPolicy' });
export type PublishedPolicy = z.input<typeof publishedPolicy>;

export const policyParams = z.object({ kind });

export const policyVersionParams = z.object({ kind, version: versionNumber });

export const policyListAnswer = z.object({ items: z.array(policyVersionSummary).readonly(), nextCursor: z.null() });
export type PolicyListAnswer = z.input<typeof policyListAnswer>;
