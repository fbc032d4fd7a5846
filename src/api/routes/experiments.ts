import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { decideExperiment, revealExperiment } from '../../app/experiments/decide-experiment.js';
import { exportExposures } from '../../app/experiments/export-experiment.js';
import { planExperiment } from '../../app/experiments/plan-experiment.js';
import { type ExperimentResult, showExperiment, showStandings } from '../../app/experiments/show-experiments.js';
import { showHoldouts } from '../../app/experiments/show-holdouts.js';
import { exportable, specifyExperiment } from '../../app/experiments/specify-experiment.js';
import { changes, keyed, nobody, nothing } from '../access.js';
import {
  experimentDecisionBody,
  experimentPlan,
  experimentPlanQuery,
  experimentResult,
  experimentRevealBody,
  experimentSpecification,
  experimentStandings,
  exportedExposure,
  exposuresQuery,
  holdoutReports,
} from '../contract/experiments.js';
import { idParams, pageOf } from '../contract/shared.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound, Problem } from '../problem.js';

/** How experiments went, and what is decided; the definitions themselves: `definitions.ts`. */
export function experimentRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  const tags = ['experiments'];
  return async (server) => {
    server.get(
      '/experiment-results',
      {
        config: keyed('read', 'experiment-result.list', nothing),
        schema: { tags, summary: 'Where each experiment in force stands', response: { 200: experimentStandings } },
      },
      async () => ({ items: await showStandings(app) }),
    );

    server.get(
      '/holdouts',
      {
        config: keyed('read', 'holdout.list', nothing),
        schema: { tags, summary: 'What messages brought, by the people who got none', response: { 200: holdoutReports } },
      },
      async () => ({ items: await showHoldouts(app) }),
    );

    server.get(
      '/experiments/:id/result',
      {
        config: keyed('read', 'experiment-result.show', nothing),
        schema: {
          tags,
          summary: 'How an experiment goes; no effect before the first planned look',
          params: idParams,
          response: { 200: experimentResult },
        },
      },
      async (request) => shown(found(await showExperiment(app, request.params.id), 'experiment', request.params.id)),
    );

    server.post(
      '/experiments/:id/reveals',
      {
        config: keyed('publish', 'experiment.reveal', changes(nobody)),
        schema: {
          tags,
          summary: 'The effect before its turn: it is written down who asked, and the rule reads on as planned',
          params: idParams,
          body: experimentRevealBody,
          response: { 200: experimentResult },
        },
      },
      async (request) => {
        const { by, reason = null } = request.body;
        return shown(found(await revealExperiment(app, request.params.id, { by, reason }), 'experiment', request.params.id));
      },
    );

    server.post(
      '/experiments/:id/decisions',
      {
        config: keyed('publish', 'experiment.decide', changes(nobody)),
        schema: {
          tags,
          summary: 'Give everybody one arm from now on, but for those who are kept back; or take that back',
          params: idParams,
          body: experimentDecisionBody,
          response: { 200: experimentResult },
        },
      },
      async (request) => {
        const { arm, bySegment, by, reason = null } = request.body;
        const { id } = request.params;
        const decided = await decideExperiment(app, id, { arm, bySegment, by, reason });
        switch (decided.kind) {
          case 'decided':
            return shown(decided.result);
          case 'unknown':
            throw notFound('experiment', id);
          case 'no-arm':
            throw new Problem(422, 'unknown-arm', `The experiment ${id} has no arm ${arm}. Its arms: ${decided.arms.join(', ')}.`);
          case 'other-arm':
            throw new Problem(
              409,
              'other-arm',
              decided.keeps === null
                ? `Nothing is decided for the experiment ${id} yet, so its segments have no arms of their own.`
                : `Segments of the experiment ${id} have their arms beside ${decided.keeps}, which the rule keeps for all others. Say that arm, or leave segments out.`,
            );
          case 'no-segments':
            throw new Problem(409, 'no-segments', `No segment of the experiment ${id} has an arm of its own: all people get the same.`);
          case 'nothing-to-reverse':
            throw new Problem(409, 'nothing-decided', `No decision of the experiment ${id} is carried out.`);
        }
      },
    );

    server.get(
      '/experiments/:id/plan',
      {
        config: keyed('read', 'experiment-plan.show', nothing),
        schema: {
          tags,
          summary: 'How many people and weeks it needs, by what people of a journey did in the last eight weeks',
          params: idParams,
          querystring: experimentPlanQuery,
          response: { 200: experimentPlan },
        },
      },
      async (request) => {
        const { id } = request.params;
        const planned = await planExperiment(app, id, request.query);
        if (planned.kind === 'unknown') throw notFound('experiment', id);
        if (planned.kind === 'no-history')
          throw new Problem(
            409,
            'no-history',
            `${planned.history.people} people entered the journey ${request.query.journey} in the last eight weeks and had their window since, and that says nothing to plan by. Name a journey whose people ordered.`,
          );
        const { history, peoplePerWeek, people, plan } = planned;
        const { kind, peoplePerArm, weeks, detectablePerThousand } = plan;
        const detectable = Number.isFinite(detectablePerThousand) ? detectablePerThousand : null;
        return { people, peoplePerArm, peoplePerWeek, weeks, isTooLong: kind === 'too-long', detectablePerThousand: detectable, history };
      },
    );

    server.get(
      '/experiments/:id/exposures',
      {
        config: keyed('read', 'experiment-exposure.list', nothing),
        schema: {
          tags,
          summary: 'Who came to which arm, by random ids, and what they did; from the first planned look on',
          params: idParams,
          querystring: exposuresQuery,
          response: { 200: pageOf(exportedExposure) },
        },
      },
      async (request) => {
        return exportExposures(app, await toExport(request.params.id), toPageRequest(request.query));
      },
    );

    server.get(
      '/experiments/:id/specification',
      {
        config: keyed('read', 'experiment-specification.show', nothing),
        schema: {
          tags,
          summary: 'What its numbers are made of, to compute them again',
          params: idParams,
          response: { 200: experimentSpecification },
        },
      },
      async (request) => {
        const { definition, inputs, expected, looks, asOf } = await specifyExperiment(app, await toExport(request.params.id));
        return {
          asOf,
          definition: { ...definition },
          inputs: { ...inputs },
          expected: { ...expected },
          looks: looks.map((look) => ({ ...look })),
        };
      },
    );

    async function toExport(id: string) {
      const result = await exportable(app, id);
      if (result.kind === 'unknown') throw notFound('experiment', id);
      if (result.kind === 'too-early')
        throw new Problem(
          409,
          'before-first-look',
          `The first planned look of the experiment ${id} is still to come: its rows would show the effect.`,
        );
      return result.live;
    }
  };
}

function shown({ looks, acts, ...result }: ExperimentResult) {
  return {
    ...result,
    looks: looks.map(({ day, at, look, state, alphaSpent, splitP, version, codeVersion, inputsHash }) => ({
      day,
      at,
      look,
      state: state.kind,
      alphaSpent,
      splitP,
      version,
      codeVersion,
      inputsHash,
    })),
    acts,
  };
}
