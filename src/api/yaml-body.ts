import type { FastifyInstance } from 'fastify';

/** How a version may be published, as the API describes itself. */
export const yamlTypes = ['application/json', 'application/yaml'];

/** Besides JSON, a version may be published as the file itself. Of the scope that it is called in. */
export function acceptYaml(server: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  server.addContentTypeParser(
    ['application/yaml', 'text/yaml', 'application/x-yaml', 'text/plain'],
    { parseAs: 'string' },
    (_request, body, done) => done(null, { source: body }),
  );
}
