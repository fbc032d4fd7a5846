import type { FastifySchema, RouteOptions } from 'fastify';
import { z } from 'zod';
import { problem } from './contract/problem.js';

/**
 * What holds for every route under /v1, so that none forgets it. Bodies and queries are closed: a key that is not known is a mistake, and
 * left out in silence it would send, consent or list otherwise than was meant. Refusals are problem details.
 */
export function completeSchema(route: RouteOptions): void {
  const { schema } = route;
  if (schema === undefined) return;
  route.schema = {
    ...schema,
    ...(schema.body === undefined ? {} : { body: closed(schema.body) }),
    ...(schema.querystring === undefined ? {} : { querystring: closed(schema.querystring) }),
    response: { ...(schema.response as object | undefined), ...refusals(route.url, schema) },
  };
}

function closed(schema: unknown): unknown {
  if (schema instanceof z.ZodObject) return schema.strict();
  // A body that may be left out.
  if (schema instanceof z.ZodDefault && schema.unwrap() instanceof z.ZodObject)
    return (schema.unwrap() as z.ZodObject).strict().default(schema.def.defaultValue as Readonly<Record<string, unknown>>);
  return schema;
}

function refusals(url: string, schema: FastifySchema): Readonly<Record<string, unknown>> {
  const takes = schema.body ?? schema.querystring ?? schema.params ?? schema.headers;
  return {
    ...(takes === undefined ? {} : { 400: refusal('The request is not valid: `detail` says what to write instead.') }),
    401: refusal('Without an API key, or with one that is not known.'),
    ...(url.includes(':') ? { 404: refusal('There is nothing with that id.') } : {}),
    '4xx': refusal('A refusal: `detail` is a sentence for people, `code` is for programs.'),
  };
}

function refusal(description: string) {
  return { description, content: { 'application/problem+json': { schema: problem } } };
}
