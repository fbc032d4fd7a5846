import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { callJourney } from '../../app/journeys/call-journey.js';
import { archiveJourney, type ControlResult, pauseJourney, resumeJourney } from '../../app/journeys/control-journeys.js';
import { reportJourney } from '../../app/journeys/journey-report.js';
import { publishJourney } from '../../app/journeys/publish-journey.js';
import { showJourney, showJourneys, showVersion, showVersions } from '../../app/journeys/show-journeys.js';
import { changes, inBody, keyed, nobody, nothing } from '../access.js';
import {
  journeyCall,
  journeyCallBody,
  journeyControl,
  journeyListQuery,
  journeyReport,
  journeyReportQuery,
  journeyVersion,
  journeyVersionParams,
  journeyVersionSummary,
  liveJourney,
  publishedJourney,
} from '../contract/journeys.js';
import { idParams, pageOf, pageQuery, repeatableHeaders, yamlSource } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, notPublished, Problem } from '../problem.js';
import { acceptYaml, yamlTypes } from '../yaml-body.js';

/** Journeys, their versions, their report; pause, resume and archive. */
export function journeyRoutes({ app, templates }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    acceptYaml(server);
    const tags = ['journeys'];

    server.get(
      '/journeys',
      {
        config: keyed('read', 'journey.list', nothing),
        schema: {
          tags,
          summary: 'Journeys, by id; `internal=true`: also those that Sojourn made for a shop’s own messages and broadcasts',
          querystring: journeyListQuery,
          response: { 200: pageOf(liveJourney) },
        },
      },
      (request) => showJourneys(app, { ...toPageRequest(request.query), internal: request.query.internal }),
    );

    server.get(
      '/journeys/:id',
      {
        config: keyed('read', 'journey.show', nothing),
        schema: { tags, summary: 'One journey', params: idParams, response: { 200: liveJourney } },
      },
      async (request) => found(await showJourney(app, request.params.id), 'journey', request.params.id),
    );

    server.get(
      '/journeys/:id/versions',
      {
        config: keyed('read', 'journey-version.list', nothing),
        schema: {
          tags,
          summary: 'Published versions, the newest first',
          params: idParams,
          querystring: pageQuery,
          response: { 200: pageOf(journeyVersionSummary) },
        },
      },
      async (request) => {
        found(await showJourney(app, request.params.id), 'journey', request.params.id);
        return showVersions(app, request.params.id, toPageRequest(request.query));
      },
    );

    server.get(
      '/journeys/:id/versions/:version',
      {
        config: keyed('read', 'journey-version.show', nothing),
        schema: {
          tags,
          summary: 'One version, by number or `live`, with its source and its graph',
          params: journeyVersionParams,
          response: { 200: journeyVersion },
        },
      },
      async (request) => {
        const { id, version: asked } = request.params;
        const { liveVersion } = found(await showJourney(app, id), 'journey', id);
        return found(await showVersion(app, id, asked === 'live' ? liveVersion : asked), 'version', `${asked} of ${id}`);
      },
    );

    server.post(
      '/journeys/:id/versions',
      {
        config: keyed('publish', 'journey.publish', changes(nobody)),
        schema: {
          tags,
          summary: 'Check a journey’s YAML and make it the live version; open entries stay on their version',
          params: idParams,
          consumes: yamlTypes,
          body: yamlSource,
          response: { 200: publishedJourney, 201: publishedJourney },
        },
      },
      async (request, reply) => {
        const { source, note } = request.body;
        const result = await publishJourney({ ...app, templates }, { id: request.params.id, source, note: note ?? null });
        if (result.kind === 'refused') throw notPublished('journey', request.params.id, result.problems);
        const { kind, ...rest } = result;
        return reply.status(kind === 'published' ? 201 : 200).send({ ...rest, published: kind === 'published' });
      },
    );

    server.post(
      '/journeys/:id/entries',
      {
        config: keyed('send', 'journey.call', changes(inBody)),
        schema: {
          tags,
          summary: 'Let a person enter a journey with the trigger `api`; its filters, re-entry and concurrency count',
          description: 'With an `Idempotency-Key`, a repeated request gets the same answer and nothing happens again, for 30 days.',
          params: idParams,
          headers: repeatableHeaders,
          body: journeyCallBody,
          response: { 202: journeyCall },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const { to, properties = {} } = request.body;
        const result = await callJourney(app, id, { to, properties }, request.headers['idempotency-key'] ?? null);
        if (result.kind === 'other-request')
          throw new Problem(
            409,
            'idempotency-key-used',
            'This Idempotency-Key was used for another request: take a new key for each call.',
          );
        if (result.kind === 'unknown-journey') throw notFound('journey', id);
        if (result.kind === 'unknown-profile')
          throw new Problem(404, 'unknown-profile', 'There is no person with that id: send an identify call for them first.');
        if (result.kind === 'refused') throw new Problem(409, 'journey-not-callable', result.reason);
        const { kind: _kind, ...call } = result;
        return reply.status(202).send({ journeyId: id, ...call });
      },
    );

    const actions = [
      { path: 'pause', summary: 'Pause: nobody enters, and due messages are held', act: pauseJourney },
      { path: 'resume', summary: 'Resume: held entries continue, each by the journey’s `catch_up`', act: resumeJourney },
      { path: 'archive', summary: 'End a journey: everyone in it exits. This cannot be undone', act: archiveJourney },
    ] as const;
    for (const { path, summary, act } of actions) {
      server.post(
        `/journeys/:id/${path}`,
        {
          config: keyed('publish', `journey.${path}`, changes(nobody)),
          schema: { tags, summary, params: idParams, response: { 200: journeyControl } },
        },
        async (request) => answer(request.params.id, await act(app, request.params.id)),
      );
    }

    server.get(
      '/journeys/:id/report',
      {
        config: keyed('read', 'journey.report', nothing),
        schema: {
          tags,
          summary: 'Armed, entered, not entered by reason, sent and skipped by step, how entries ended, orders and revenue after',
          params: idParams,
          querystring: journeyReportQuery,
          response: { 200: journeyReport },
        },
      },
      async (request) => {
        const { since, until } = request.query;
        return found(
          await reportJourney(app, request.params.id, { since: since ?? null, until: until ?? null }),
          'journey',
          request.params.id,
        );
      },
    );
  };
}

function answer(journeyId: string, result: ControlResult): z.output<typeof journeyControl> {
  switch (result.kind) {
    case 'done':
      return { journeyId, state: result.state, changed: true, entries: result.entries };
    case 'unchanged':
      return { journeyId, state: result.state, changed: false, entries: 0 };
    case 'unknown-journey':
      throw notFound('journey', journeyId);
    case 'refused':
      throw new Problem(409, 'journey-archived', result.reason);
  }
}
