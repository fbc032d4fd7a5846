import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { archiveDefinition, publishDefinition } from '../../app/definitions/publish-definition.js';
import { showDefinitions, showDefinitionVersion, showDefinitionVersions } from '../../app/definitions/show-definitions.js';
import type { DefinitionKind } from '../../definitions/kind.js';
import { definitionKinds } from '../../definitions/list.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import {
  archivedDefinition,
  definitionSummary,
  definitionVersion,
  definitionVersionParams,
  movingSource,
  publishedDefinition,
} from '../contract/definitions.js';
import { idParams, pageOf, pageQuery, yamlSource } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, notPublished } from '../problem.js';
import { acceptYaml, yamlTypes } from '../yaml-body.js';

/** The same routes for each kind of definition: `/v1/segments`. */
export function definitionRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    acceptYaml(server);
    for (const kind of definitionKinds) await server.register(routesOf(deps, kind));
  };
}

function routesOf({ app }: ApiDeps, kind: DefinitionKind): FastifyPluginAsyncZod {
  const { kind: one, many } = kind;
  const tags = [many];
  return async (server) => {
    // One file that has them all: its own routes list what is in it.
    if (kind.only === undefined) await server.register(listRoutes(app, kind));

    server.get(
      `/${many}/:id/versions`,
      {
        config: keyed('read', `${one}-version.list`, nothing),
        schema: {
          tags,
          summary: 'Published versions, the newest first',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(definitionSummary) },
        },
      },
      async (request) => {
        const { items, nextCursor } = await showDefinitionVersions(app, kind, request.params.id, toPageRequest(request.query));
        if (items.length === 0 && request.query.cursor === undefined) throw notFound(one, request.params.id);
        return { items: items.map(summary), nextCursor };
      },
    );

    server.get(
      `/${many}/:id/versions/:version`,
      {
        config: keyed('read', `${one}-version.show`, nothing),
        schema: {
          tags,
          summary: 'One version, by number or `live`, with its source and what it was read as',
          params: definitionVersionParams,
          response: { 200: definitionVersion },
        },
      },
      async (request) => {
        const { id, version } = request.params;
        const read = found(await showDefinitionVersion(app, kind, id, version === 'live' ? 'newest' : version), one, id);
        if (version === 'live' && read.definition === null) throw notFound(one, id);
        return { ...summary(read), source: read.source, definition: read.definition };
      },
    );

    server.post(
      `/${many}`,
      {
        config: keyed('publish', `${one}.publish`, changes(nobody)),
        schema: {
          tags,
          summary: `Check the YAML of a ${one} and put it in force`,
          consumes: yamlTypes,
          body: kind.movesPeople === true ? movingSource : yamlSource,
          response: { 200: publishedDefinition, 201: publishedDefinition },
        },
      },
      async (request, reply) => {
        const { note = null, ...asked } = request.body;
        const result = await publishDefinition(app, kind, { ...asked, note });
        if (result.kind === 'refused') throw notPublished(one, `The ${one} ${result.id ?? 'without an id'}`, result.problems);
        const { kind: outcome, ...rest } = result;
        return reply.status(outcome === 'published' ? 201 : 200).send({ ...rest, published: outcome === 'published' });
      },
    );
  };
}

/** Of a kind with a file for each. */
function listRoutes(app: ApiDeps['app'], kind: DefinitionKind): FastifyPluginAsyncZod {
  const { kind: one, many } = kind;
  const tags = [many];
  return async (server) => {
    server.get(
      `/${many}`,
      {
        config: keyed('read', `${one}.list`, nothing),
        schema: {
          tags,
          summary: 'The newest version of each, by id',
          querystring: pageQuery,
          response: { 200: pageOf(definitionSummary) },
        },
      },
      async (request) => {
        const { items, nextCursor } = await showDefinitions(app, kind, toPageRequest(request.query));
        return { items: items.map(summary), nextCursor };
      },
    );

    server.post(
      `/${many}/:id/archive`,
      {
        config: keyed('publish', `${one}.archive`, changes(nobody)),
        schema: {
          tags,
          summary: `Take a ${one} out of force; publishing it again brings it back`,
          params: idParams,
          response: { 200: archivedDefinition },
        },
      },
      async (request) => {
        const result = await archiveDefinition(app, kind, request.params.id);
        if (result.kind === 'unknown') throw notFound(one, request.params.id);
        return { id: request.params.id, version: result.version };
      },
    );
  };
}

type DefinitionVersion = Awaited<ReturnType<typeof showDefinitions>>['items'][number];

function summary({ id, version, definition, hash, note, publishedAt }: DefinitionVersion) {
  const name = typeof definition?.['name'] === 'string' ? definition['name'] : null;
  return { id, version, state: definition === null ? ('archived' as const) : ('live' as const), name, hash, note, publishedAt };
}
