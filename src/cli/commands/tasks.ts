import type { Task, TaskCloseAnswer } from '../../api/contract/tasks.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfileId } from '../find-profile.js';
import { limitOption, option } from '../options.js';
import { oneLine } from '../printable.js';
import { paragraphs, table } from '../text.js';

export const taskListCommand = command({
  name: 'task list',
  help: 'what journeys handed over to the team: open tasks, or all',
  options: [
    option('--all', 'closed ones too'),
    option('--profile <person>', 'of one person'),
    option('--journey <id>', 'of one journey'),
    option('--assignee <name>', 'that this one looks after'),
    limitOption(),
  ],
  examples: ['sojourn task list', 'sojourn task list --assignee kim'],
  run: (context, _args, options) => listTasks(context, options()),
});

export const taskShowCommand = command({
  name: 'task show <id>',
  help: 'one task: why it was opened, what is due',
  run: (context, [id = '']) => showTask(context, id),
});

export const taskCloseCommand = command({
  name: 'task close <id>',
  help: 'close a task: marketing to the person goes on, and journeys hear of it',
  options: [option('--note <text>', 'what came of it, for the team')],
  run: (context, [id = ''], options) => closeTask(context, id, options()),
});

export const taskAssignCommand = command({
  name: 'task assign <id> <name>',
  help: 'say who looks after a task; "nobody" takes it back',
  run: (context, [id = '', name = '']) => assignTask(context, id, name),
});

interface ListOptions {
  readonly all?: boolean;
  readonly profile?: string;
  readonly journey?: string;
  readonly assignee?: string;
  readonly limit: number;
}

/** `task list` */
async function listTasks(context: CliContext, { all, profile, journey, assignee, limit }: ListOptions): Promise<Outcome> {
  const api = await context.client();
  const profileId = profile === undefined ? undefined : await findProfileId(api, profile);
  const query = { ...(all === true ? {} : { state: 'open' }), profileId, journeyId: journey, assignee };
  const tasks = await api.list<Task>('/v1/tasks', query, limit);
  return { value: tasks, text: taskTable(tasks, await context.localTime(), all === true ? 'There is no task.' : 'No task is open.') };
}

/** Tasks as a table. Empty: the sentence that is said instead. */
export function taskTable(tasks: readonly Task[], local: (instant: string) => string, whenEmpty: string): string {
  return table(
    ['task', 'priority', 'what', 'person', 'opened', 'due', 'who', 'state'],
    tasks.map((one) => [
      one.id,
      one.priority,
      oneLine(one.title),
      one.profileId,
      local(one.openedAt),
      one.dueAt === null ? '' : local(one.dueAt),
      one.assignee ?? '',
      one.closedAt === null ? 'open' : `closed ${local(one.closedAt)}`,
    ]),
    whenEmpty,
  );
}

/** `task show <id>` */
async function showTask(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const task = await api.get<Task>(`/v1/tasks/${encodeURIComponent(id)}`);
  return { value: task, text: taskText(task, await context.localTime()) };
}

function taskText(task: Task, local: (instant: string) => string): string {
  const { id, title, priority, reason, journeyId, step, entryId, profileId, orderId, because, openedAt, dueAt } = task;
  const causes = Object.entries(because).map(([name, value]) => `${name}: ${oneLine(String(value))}`);
  return paragraphs(
    `Task ${id}, priority ${priority}: ${oneLine(title)}`,
    [
      `Opened ${local(openedAt)} by ${journeyId}, step ${step} (${reason}).`,
      ...(causes.length === 0 ? [] : [`Because of ${causes.join(', ')}.`]),
      `Person ${profileId}${orderId === null ? '' : `, order ${oneLine(orderId)}`}, entry ${entryId}.`,
      ...(dueAt === null ? [] : [`Due ${local(dueAt)}.`]),
      stateText(task, local),
    ].join('\n'),
  );
}

function stateText({ assignee, closedAt, closedBy, note }: Task, local: (instant: string) => string): string {
  const who = assignee === null ? 'Nobody looks after it yet.' : `${oneLine(assignee)} looks after it.`;
  if (closedAt === null) return `It is open. ${who}`;
  return `Closed ${local(closedAt)} by ${closedBy ?? 'nobody'}.${note === null ? '' : ` ${oneLine(note)}`}`;
}

/** `task close <id>` */
async function closeTask(context: CliContext, id: string, { note }: { readonly note?: string }): Promise<Outcome> {
  const api = await context.client();
  const answer = await api.post<TaskCloseAnswer>(`/v1/tasks/${encodeURIComponent(id)}/close`, note === undefined ? undefined : { note });
  return { value: answer, text: answer.changed ? `Task ${id} is closed.` : `Task ${id} was closed before.` };
}

/** `task assign <id> <name>` */
async function assignTask(context: CliContext, id: string, name: string): Promise<Outcome> {
  const api = await context.client();
  const task = await api.post<Task>(`/v1/tasks/${encodeURIComponent(id)}/assign`, { to: name === 'nobody' ? null : name });
  return { value: task, text: task.assignee === null ? `Nobody looks after task ${id}.` : `${task.assignee} looks after task ${id}.` };
}
