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
      .meta({ description: 'What works as it was told to, and may not be what anybody wants: a forgotten pause, no journey live.' }),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.input<typeof readiness>;

export const healthAliveAnswer = z.object({ status: z.literal('ok') });

/** What the world is told, which is what a load balancer needs. */
export const health = readiness.pick({ status: true }).meta({ id: 'Health' });
