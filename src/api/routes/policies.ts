import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { publishPolicy } from '../../app/policies/publish-policy.js';
import { showPolicies, showPolicyVersion, showPolicyVersions } from '../../app/policies/show-policies.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import {
  policyListAnswer,
  policyParams,
  policyVersion,
  policyVersionParams,
  policyVersionSummary,
  publishedPolicy,
} from '../contract/policies.js';
import { pageOf, pageQuery, yamlSource } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notPublished } from '../problem.js';
import { acceptYaml, yamlTypes } from '../yaml-body.js';

/** Policies: what is in force, since when, and a new version of it. */
export function policyRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    acceptYaml(server);
    const tags = ['policies'];

    server.get(
      '/policies',
      {
        config: keyed('read', 'policy.list', nothing),
        schema: {
          tags,
          summary: 'The policies in force: caps, engagement, quiet hours, topics, classes',
          response: { 200: policyListAnswer },
        },
      },
      async () => ({ items: await showPolicies(app), nextCursor: null }),
    );

    server.get(
      '/policies/:kind',
      {
        config: keyed('read', 'policy.show', nothing),
        schema: { tags, summary: 'The policy in force, with its source', params: policyParams, response: { 200: policyVersion } },
      },
      async (request) => found(await showPolicyVersion(app, request.params.kind, 'newest'), 'policy', request.params.kind),
    );

    server.get(
      '/policies/:kind/versions',
      {
        config: keyed('read', 'policy-version.list', nothing),
        schema: {
          tags,
          summary: 'Published versions, the newest first',
          params: policyParams,
          querystring: pageQuery,
          response: { 200: pageOf(policyVersionSummary) },
        },
      },
      (request) => showPolicyVersions(app, request.params.kind, toPageRequest(request.query)),
    );

    server.get(
      '/policies/:kind/versions/:version',
      {
        config: keyed('read', 'policy-version.show', nothing),
        schema: {
          tags,
          summary: 'One version, by number or `live`, with its source and its parsed form',
          params: policyVersionParams,
          response: { 200: policyVersion },
        },
      },
      async (request) => {
        const { kind: asked, version: number } = request.params;
        const read = await showPolicyVersion(app, asked, number === 'live' ? 'newest' : number);
        return found(read, 'version', `${number} of ${asked}`);
      },
    );

    server.post(
      '/policies/:kind/versions',
      {
        config: keyed('publish', 'policy.publish', changes(nobody)),
        schema: {
          tags,
          summary: 'Check a policy’s YAML and put it in force: it applies to every decision from now on',
          params: policyParams,
          consumes: yamlTypes,
          body: yamlSource,
          response: { 200: publishedPolicy, 201: publishedPolicy },
        },
      },
      async (request, reply) => {
        const { source, note } = request.body;
        const result = await publishPolicy(app, { policy: request.params.kind, source, note: note ?? null });
        if (result.kind === 'refused') throw notPublished('policy', result.policy, result.problems);
        const { kind: outcome, policy, ...rest } = result;
        return reply.status(outcome === 'published' ? 201 : 200).send({ kind: policy, ...rest, published: outcome === 'published' });
      },
    );
  };
}
