import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { isRecord } from '../domain/values/is-record.js';
import { showInstantsAsText } from './from-contract.js';
import { doorPaths, doorSchemas, securitySchemes } from './openapi-doors.js';

/** The document at /openapi.json, made from the schemas that check requests and answers. */
export function openApi(version: string) {
  const zodToJsonConfig = { override: showInstantsAsText };
  const describe = createJsonSchemaTransformObject({ zodToJsonConfig });
  const transform = createJsonSchemaTransform({ zodToJsonConfig });
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sojourn',
        version,
        description:
          'Customer journeys over email and SMS. Lists come in pages (`items`, `nextCursor`); refusals are problem details (RFC 9457).',
        license: { name: 'Unlicensed: internal', identifier: 'LicenseRef-UNLICENSED' },
      },
      servers: [
        {
          url: '/',
          description:
            'Where this document is: the internal listener (SOJOURN_ADMIN_PORT). Events and webhooks come to the public one (SOJOURN_PORT) in production.',
        },
      ],
      components: { securitySchemes },
      security: [{ apiKey: [] }],
    },
    transform: (about: Parameters<typeof transform>[0]) => {
      const { schema, url } = transform(about);
      const act = about.route.config?.rules?.act ?? null;
      return { schema: act === null ? schema : { ...schema, operationId: operationIdOf(act) }, url };
    },
    transformObject: (document: Parameters<typeof describe>[0]) => complete(describe(document)),
  };
}

/** `profile.show` is `showProfile`, `journey-version.list` is `listJourneyVersions`. */
function operationIdOf(act: string): string {
  const [noun = '', verb = ''] = act.split('.');
  const [first = '', ...further] = verb.split('-');
  const named = noun.split('-').map(capital).join('');
  return first + further.map(capital).join('') + (first === 'list' ? `${named.replace(/y$/, 'ie').replace(/s$/, '')}s` : named);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** With what reads its own bodies, and without what nothing refers to. */
function complete<Document extends ReturnType<ReturnType<typeof createJsonSchemaTransformObject>>>(document: Document): Document {
  const whole = document as unknown as { paths: Record<string, unknown>; components: { schemas: Record<string, unknown> } };
  Object.assign(whole.paths, doorPaths);
  Object.assign(whole.components.schemas, doorSchemas);
  showYamlAsText(whole.paths);
  whole.paths = Object.fromEntries(Object.entries(whole.paths).toSorted(([a], [b]) => a.localeCompare(b)));
  whole.components.schemas = referredTo(whole.paths, whole.components.schemas);
  sayAnything(whole);
  return document;
}

/** Where a route takes the file itself (`consumes`), the body is the file, and no object that holds it. */
function showYamlAsText(paths: Readonly<Record<string, unknown>>): void {
  for (const path of Object.values(paths))
    for (const operation of Object.values(path ?? {})) {
      const asked: unknown = isRecord(operation) ? operation['requestBody'] : null;
      const content = isRecord(asked) ? asked['content'] : null;
      if (isRecord(content) && 'application/yaml' in content)
        (content as Record<string, unknown>)['application/yaml'] = { schema: { type: 'string', description: 'The file as it is.' } };
    }
}

/** Schemas that paths refer to, directly or by another: the registry has those of files and stores too. */
function referredTo(paths: unknown, schemas: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found = new Map<string, unknown>();
  const look = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      const name = key === '$ref' && typeof value === 'string' ? value.replace('#/components/schemas/', '') : null;
      if (name === null) look(value);
      else if (!found.has(name)) {
        found.set(name, schemas[name]);
        look(schemas[name]);
      }
    }
  };
  look(paths);
  return Object.fromEntries([...found].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** An empty schema says nothing, also not that anything may stand there: `true` says so. */
function sayAnything(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (isRecord(value) && Object.keys(value).length === 0 && (key === 'additionalProperties' || key === 'items'))
      (part as Record<string, unknown>)[key] = true;
    else sayAnything(value);
  }
}
