import { z } from 'zod';

/** A problem as the client reads it: RFC 9457, `application/problem+json`. `detail` is a sentence; `code` is for programs. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    problems: z.array(z.unknown()).optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemBody = z.input<typeof problem>;
