import { z } from 'zod';
import { noticeCodes } from '../../domain/values/notice-code.js';
import { instant } from './shared.js';

export const readiness = z
  .object({
    status: z.enum(['ok', 'degraded', 'down']),
    now: instant,
    clockRate: z.number(),
    version: z.string(),
    parts: z.array(
      z.object({ name: z.string(), state: z.enum(['up', 'starting', 'down']), detail: z.string().nullable(), needed: z.boolean() }),
    ),
    notices: z
      .array(z.object({ code: z.enum(noticeCodes), sentence: z.string() }))
      .meta({ description: 'Things that work as configured but may not be intended: a forgotten pause, no live journey.' }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.input<typeof readiness>;

export const healthAliveAnswer = z.object({ status: z.literal('ok') });

/** The public answer: what a load balancer needs. */
export const health = readiness.pick({ status: true }).meta({ id: 'Health' });
