import { z } from 'zod';
import type { PageRequest } from '../app/paging.js';

/** An instant: milliseconds inside, ISO 8601 text in UTC outside. */
export const instant = z.codec(z.iso.datetime({ offset: true }), z.number(), {
  decode: (text) => Date.parse(text),
  encode: (at) => new Date(at).toISOString(),
});
export const maybeInstant = instant.nullable();

/** A page of a list, the same everywhere: ask again with `cursor` = `nextCursor` until that is null. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'Items a page.' }),
  cursor: z.string().max(400).optional().meta({ description: '`nextCursor` of the page before.' }),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).readonly(), nextCursor: z.string().nullable() });
}

export const idParams = z.object({ id: z.string().min(1).max(200) });

/** The zod-to-JSON-Schema hook that shows instants as text in responses too. */
export function showInstantsAsText(context: { readonly zodSchema: unknown; readonly jsonSchema: object }): void {
  if (context.zodSchema !== instant) return;
  for (const key of Object.keys(context.jsonSchema)) delete (context.jsonSchema as Record<string, unknown>)[key];
  Object.assign(context.jsonSchema, { type: 'string', format: 'date-time' });
}

export function toPageRequest(query: z.output<typeof pageQuery>): PageRequest {
  return { limit: query.limit, cursor: query.cursor ?? null };
}
