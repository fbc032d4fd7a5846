import type { z } from 'zod';
import type { PageRequest } from '../app/paging.js';
import type { Deadline } from '../domain/time/deadline.js';
import { limitMs, parseDuration } from '../domain/time/duration.js';
import { instant, type pageQuery } from './contract/shared.js';

export function toPageRequest(query: z.output<typeof pageQuery>): PageRequest {
  return { limit: query.limit, cursor: query.cursor ?? null };
}

/** What `instantOrDuration` says. A day is 24 hours. */
export function toDeadline(text: string): Deadline {
  const duration = parseDuration(text);
  return typeof duration === 'object' ? { kind: 'within', ms: limitMs(duration) } : { kind: 'at', at: Date.parse(text) };
}

/** The zod-to-JSON-Schema hook that shows instants as text in responses too. */
export function showInstantsAsText(context: { readonly zodSchema: unknown; readonly jsonSchema: object }): void {
  if (context.zodSchema !== instant) return;
  for (const key of Object.keys(context.jsonSchema)) delete (context.jsonSchema as Record<string, unknown>)[key];
  Object.assign(context.jsonSchema, { type: 'string', format: 'date-time' });
}
