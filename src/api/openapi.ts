import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { showInstantsAsText } from './schemas.js';

/** The document at /openapi.json, made from the schemas that check requests and answers. */
export function openApi(version: string) {
  const zodToJsonConfig = { override: showInstantsAsText };
  const describe = createJsonSchemaTransformObject({ zodToJsonConfig });
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sojourn',
        version,
        description:
          'Customer journeys over email and SMS. Lists come in pages (`items`, `nextCursor`); refusals are problem details (RFC 9457).',
      },
      components: { securitySchemes: { apiKey: { type: 'http' as const, scheme: 'bearer', description: 'An API key, `sj_api_…`.' } } },
      security: [{ apiKey: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: (document: Parameters<typeof describe>[0]) => showYamlAsText(describe(document)),
  };
}

/** Where a route takes the file itself (`consumes`), the body is the file, and no object that holds it. */
function showYamlAsText<Document extends ReturnType<ReturnType<typeof createJsonSchemaTransformObject>>>(document: Document): Document {
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of Object.values(path ?? {})) {
      const asked: unknown = isRecord(operation) ? operation['requestBody'] : null;
      const content = isRecord(asked) ? asked['content'] : null;
      if (isRecord(content) && 'application/yaml' in content)
        content['application/yaml'] = { schema: { type: 'string', description: 'The file as it is.' } };
    }
  return document;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
