import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { archiveJourney, type ControlResult, pauseJourney, resumeJourney } from '../../app/journeys/control-journeys.js';
import { reportJourney } from '../../app/journeys/journey-report.js';
import { publishJourney } from '../../app/journeys/publish-journey.js';
import { showJourney, showJourneys, showVersion, showVersions } from '../../app/journeys/show-journeys.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found, notFound, Problem } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, sourceProblem, toPageRequest, versionNumber, yamlSource } from '../schemas.js';
import { acceptYaml, yamlTypes } from '../yaml-body.js';

const journey = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['active', 'paused', 'archived']),
    liveVersion: z.number(),
    pausedAt: maybeInstant,
    pausedBecause: z.string().nullable().meta({ description: 'What a breaker found, where one paused it.' }),
    createdAt: instant,
    updatedAt: instant,
    armed: z.number().meta({ description: 'Entries that are armed now.' }),
    open: z.number().meta({ description: 'Entries that are under way now.' }),
  })
  .meta({ id: 'LiveJourney' });

const versionSummary = z
  .object({ journeyId: z.string(), version: z.number(), hash: z.string(), note: z.string().nullable(), publishedAt: instant })
  .meta({ id: 'JourneyVersionSummary' });
const version = versionSummary
  .extend({ source: z.string(), definition: z.unknown().meta({ description: 'The graph that the source was compiled to.' }) })
  .meta({ id: 'JourneyVersion' });

const lintProblem = sourceProblem.meta({ id: 'JourneyProblem' });

const published = z
  .object({
    journeyId: z.string(),
    version: z.number(),
    hash: z.string(),
    published: z.boolean().meta({ description: 'False: the live version says the same already.' }),
    problems: z.array(lintProblem).readonly(),
    state: z
      .enum(['active', 'paused', 'archived'])
      .meta({ description: 'Of the journey: a paused or archived one takes the version, and nobody enters it.' }),
  })
  .meta({ id: 'Published' });

const control = z
  .object({
    journeyId: z.string(),
    state: z.enum(['active', 'paused', 'archived']),
    changed: z.boolean(),
    entries: z.number().meta({ description: 'Entries that go on, or that leave.' }),
  })
  .meta({ id: 'JourneyControl' });

const count = z.object({ reason: z.string(), count: z.number() });
const report = z
  .object({
    journeyId: z.string(),
    name: z.string(),
    since: instant,
    until: instant,
    met: z.number(),
    armedNow: z.number(),
    openNow: z.number(),
    entered: z.number(),
    notEntered: z.array(count).readonly(),
    steps: z
      .array(
        z.object({
          step: z.string(),
          channel: z.string(),
          sent: z.number(),
          delivered: z.number(),
          bounced: z.number(),
          failed: z.number(),
          unknown: z.number(),
          pending: z.number(),
          tracked: z.number().meta({ description: 'Of what was sent, whose links tell: the base of opened and clicked.' }),
          opened: z.number().meta({ description: 'By a person, as far as that can be told.' }),
          clicked: z.number().meta({ description: 'By a person.' }),
          skipped: z.array(count).readonly(),
          deferred: z.array(count).readonly(),
        }),
      )
      .readonly(),
    ended: z.array(count.extend({ outcome: z.string() })).readonly(),
    windowMs: z.number().meta({ description: 'Orders count when they came within this long of entering.' }),
    orders: z
      .array(
        z.object({
          currency: z.string().nullable(),
          orders: z.number(),
          revenue: z.number(),
          ordersAfterMessage: z.number(),
          revenueAfterMessage: z.number(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'JourneyReport' });

const versionParams = idParams.extend({ version: versionNumber });

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
          summary: 'Journeys, by id; `internal=true`: those too that Sojourn made for a shop’s own messages and broadcasts',
          querystring: pageQuery.extend({ internal: z.stringbool().default(false) }),
          response: { 200: pageOf(journey) },
        },
      },
      (request) => showJourneys(app, { ...toPageRequest(request.query), internal: request.query.internal }),
    );

    server.get(
      '/journeys/:id',
      {
        config: keyed('read', 'journey.show', nothing),
        schema: { tags, summary: 'One journey', params: idParams, response: { 200: journey } },
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
          response: { 200: pageOf(versionSummary) },
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
          params: versionParams,
          response: { 200: version },
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
          summary: 'Check a journey’s YAML and make it the live version; entries under way stay on theirs',
          params: idParams,
          consumes: yamlTypes,
          body: yamlSource,
          response: { 200: published, 201: published },
        },
      },
      async (request, reply) => {
        const { source, note } = request.body;
        const result = await publishJourney({ ...app, templates }, { id: request.params.id, source, note: note ?? null });
        if (result.kind === 'refused') {
          const errors = result.problems.filter((problem) => problem.severity === 'error').length;
          throw new Problem(
            422,
            'journey-not-valid',
            `${request.params.id} was not published: it has ${errors === 1 ? 'an error' : `${errors} errors`}.`,
            { problems: [...result.problems] },
          );
        }
        const { kind, ...rest } = result;
        return reply.status(kind === 'published' ? 201 : 200).send({ ...rest, published: kind === 'published' });
      },
    );

    const actions = [
      { path: 'pause', summary: 'Nobody enters, and every send is held where it falls due', act: pauseJourney },
      { path: 'resume', summary: 'Held entries go on, each by the journey’s `catch_up`', act: resumeJourney },
      { path: 'archive', summary: 'The end of a journey: everyone in it leaves. There is no way back', act: archiveJourney },
    ] as const;
    for (const { path, summary, act } of actions) {
      server.post(
        `/journeys/:id/${path}`,
        {
          config: keyed('publish', `journey.${path}`, changes(nobody)),
          schema: { tags, summary, params: idParams, response: { 200: control } },
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
          querystring: z
            .object({ since: instant.optional(), until: instant.optional() })
            .refine(({ since, until }) => since === undefined || until === undefined || since <= until, '`since` is after `until`.'),
          response: { 200: report },
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

function answer(journeyId: string, result: ControlResult): z.output<typeof control> {
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
