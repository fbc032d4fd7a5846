import type { KeyAct, KeyActUndoAnswer, UndoneKeyActs } from '../../api/contract/key-acts.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { limitOption, option, required } from '../options.js';
import { readAnswer } from '../read-answer.js';
import { plural, table } from '../text.js';

export const writeKeyActsCommand = command({
  name: 'write-key acts <id>',
  help: 'what a write key said about people: traits, consents, ids',
  options: [
    option('--since <instant>', 'received since this instant, such as 2026-12-01T00:00:00Z'),
    option('--until <instant>', 'received before this instant'),
    option('--profile <id>', 'of one person'),
    limitOption(),
  ],
  run: (context, [id = ''], options) => listKeyActs(context, id, options()),
});

export const writeKeyUndoCommand = command({
  name: 'write-key undo <id>',
  help: 'undo what a write key said in a period, such as after a leak',
  options: [
    required('--since <instant>', 'received since this instant, such as 2026-12-01T00:00:00Z'),
    option('--until <instant>', 'received before this instant'),
    option('--profile <id>', 'of one person'),
    option('--refusals', 'also refusals and objections, which may be the people’s own decision'),
    option('--yes', 'do it; without --yes the command only says what it would undo'),
  ],
  examples: ['sojourn write-key undo <id> --since 2026-12-01T00:00:00Z', 'sojourn write-key undo <id> --since 2026-12-01T00:00:00Z --yes'],
  run: (context, [id = ''], options) => undoKeyActs(context, id, options()),
});

interface Stretch {
  readonly since?: string;
  readonly until?: string;
  readonly profile?: string;
}

const kinds = { traits: 'traits', consent: 'consent', claim: 'claimed (not used)', identity: 'became theirs: id of kind' } as const;

/** `write-key acts <key> [--since <instant>] [--until <instant>] [--profile <id>]` */
async function listKeyActs(context: CliContext, id: string, options: Stretch & { readonly limit: number }): Promise<Outcome> {
  const acts = await actsOf(context, id, options, options.limit);
  const local = await context.localTime();
  const rows = acts.map((act) => [
    local(act.receivedAt),
    act.profileId,
    kinds[act.kind],
    act.what.join(', '),
    act.eventId,
    act.undoneAt === null ? '' : `undone ${local(act.undoneAt)}`,
  ]);
  return { value: acts, text: table(['when', 'person', 'said', '', 'event', ''], rows, 'The key said nothing about people in that time.') };
}

/** `write-key undo <key> --since <instant> [--until <instant>] [--profile <id>] [--refusals] [--yes]` */
async function undoKeyActs(
  context: CliContext,
  id: string,
  options: Stretch & { readonly since: string; readonly refusals?: boolean; readonly yes?: boolean },
): Promise<Outcome> {
  const acts = (await actsOf(context, id, options, mostActs)).filter(({ undoneAt }) => undoneAt === null);
  const people = [...new Set(acts.map(({ profileId }) => profileId))];
  if (options.yes !== true) return { value: acts, text: wouldUndo(acts.length, people.length) };
  const api = await context.client();
  const undone: UndoneKeyActs[] = [];
  for (let start = 0; start < people.length; start += atOnce) {
    const { items } = await api.post<KeyActUndoAnswer>(`/v1/write-keys/${encodeURIComponent(id)}/acts/undo`, {
      since: options.since,
      ...(options.until === undefined ? {} : { until: options.until }),
      profileIds: people.slice(start, start + atOnce),
      refusals: options.refusals === true,
    });
    undone.push(...items);
  }
  return { value: undone, text: sayUndone(undone) };
}

/** More in one stretch than anybody undoes at once. */
const mostActs = 1_000_000;
/** People of one request. */
const atOnce = 100;

async function actsOf(context: CliContext, id: string, options: Stretch, limit: number): Promise<readonly KeyAct[]> {
  const api = await context.client();
  const { since, until, profile } = options;
  const profileId = profile === undefined ? undefined : (await findProfile(api, profile)).id;
  const { keyAct } = await import('../../api/contract/key-acts.js');
  const acts = await api.list<KeyAct>(`/v1/write-keys/${encodeURIComponent(id)}/acts`, { since, until, profileId }, limit);
  return acts.map((act) => readAnswer(keyAct, act));
}

function wouldUndo(acts: number, people: number): string {
  if (acts === 0) return 'The key said nothing in that time that could be undone.';
  return `${plural(acts, 'act')} about ${plural(people, 'person', 'people')} would be undone (sojourn write-key acts shows them). Nothing has been: add --yes.`;
}

function sayUndone(people: readonly UndoneKeyActs[]): string {
  const sum = (of: (one: UndoneKeyActs) => number): number => people.reduce((total, one) => total + of(one), 0);
  const left = sum((one) => one.left);
  return [
    `Undone of ${plural(people.length, 'person', 'people')}: ${plural(
      sum((one) => one.traits.length),
      'trait',
    )}, ${plural(
      sum((one) => one.consents),
      'consent',
    )}, ${plural(
      sum((one) => one.ids),
      'id',
    )}, ${plural(
      sum((one) => one.claims),
      'claim',
    )}. What was sent was sent, and what somebody else has said since stays.`,
    ...(left === 0
      ? []
      : [
          `Left: ${plural(left, 'act')} with refusals or objections, which may be the people's own decision. With --refusals they are undone too.`,
        ]),
  ].join('\n');
}
