import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { closeTask } from '../../app/tasks/close-task.js';
import { assignTask, showTask, showTasks } from '../../app/tasks/show-tasks.js';
import { changes, inAnswer, keyed, reads, theirTask } from '../access.js';
import { callerOf } from '../auth.js';
import { idParams, pageOf } from '../contract/shared.js';
import { task, taskAssignBody, taskCloseAnswer, taskCloseBody, taskListQuery } from '../contract/tasks.js';
import type { ApiDeps } from '../deps.js';
import { toPageRequest } from '../from-contract.js';
import { found, notFound } from '../problem.js';

/** What journeys handed over to the team. */
export function taskRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['tasks'];
    server.get(
      '/tasks',
      {
        config: keyed('read', 'task.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Tasks by state, person, journey, priority and who looks after them, the newest first',
          querystring: taskListQuery,
          response: { 200: pageOf(task) },
        },
      },
      (request) => showTasks(app, request.query, toPageRequest(request.query)),
    );

    server.get(
      '/tasks/:id',
      {
        config: keyed('read', 'task.show', reads(inAnswer)),
        schema: { tags, summary: 'One task', params: idParams, response: { 200: task } },
      },
      async (request) => found(await showTask(app, request.params.id), 'task', request.params.id),
    );

    server.post(
      '/tasks/:id/close',
      {
        config: keyed('send', 'task.close', changes(theirTask)),
        schema: {
          tags,
          summary: 'Close a task: its hold on marketing ends, and journeys hear of it (task.closed)',
          params: idParams,
          body: taskCloseBody,
          response: { 200: taskCloseAnswer },
        },
      },
      async (request) => {
        const { id } = request.params;
        const result = await closeTask(app, id, { by: callerOf(request), note: request.body.note });
        if (result.kind === 'unknown') throw notFound('task', id);
        return { task: result.task, changed: result.kind === 'closed' };
      },
    );

    server.post(
      '/tasks/:id/assign',
      {
        config: keyed('send', 'task.assign', changes(theirTask)),
        schema: { tags, summary: 'Say who looks after a task', params: idParams, body: taskAssignBody, response: { 200: task } },
      },
      async (request) => found(await assignTask(app, request.params.id, request.body.to), 'task', request.params.id),
    );
  };
}
