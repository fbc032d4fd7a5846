import { writeFile } from 'node:fs/promises';
import type { ExperimentPlan, ExperimentResult, ExperimentStandings, HoldoutReports } from '../../api/contract/experiments.js';
import type { Shop } from '../../api/contract/shop.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { option } from '../options.js';
import { paragraphs, table } from '../text.js';

export const experimentListCommand = command({
  name: 'experiment list',
  help: 'the experiments in force, with the state of each',
  run: (context) => listExperiments(context),
});

export const experimentShowCommand = command({
  name: 'experiment show <id>',
  help: 'how an experiment goes: people, split, days left; the effect from the first planned look on',
  options: [
    option('--language <language>', 'the language of the sentence: en or de'),
    option('--picture <file>', 'write the picture of the result here, as SVG'),
    option('--reveal', 'show the effect before the first planned look; the audit log records who asked'),
    option('--by <name>', 'with --reveal: who asks'),
    option('--source', 'print the YAML'),
    option('--at <version>', 'with --source: another version than the newest'),
  ],
  examples: ['sojourn experiment show cart-text', 'sojourn experiment show cart-text --picture cart-text.svg'],
  run: (context, [id = ''], options) => showExperiment(context, id, options()),
});

export const experimentPlanCommand = command({
  name: 'experiment plan <id>',
  help: 'how many people and weeks an experiment needs, from what people of a journey did lately',
  options: [
    option('--journey <id>', 'the journey whose people would take part'),
    option('--lift <percent>', 'the smallest change that it should find (default: 10)'),
  ],
  examples: ['sojourn experiment plan cart-text --journey abandoned-cart --lift 15'],
  run: (context, [id = ''], options) => planExperiment(context, id, options()),
});

export const experimentDecideCommand = command({
  name: 'experiment decide <id>',
  help: 'give everybody one arm from now on, or take that back',
  options: [
    option('--arm <arm>', 'this arm (default: the one that the rule keeps)'),
    option('--by-segment', 'segments get the arms of their own that the rule found'),
    option('--reverse', 'take the decision back: people get their arms by chance again'),
    option('--by <name>', 'who decides'),
    option('--because <text>', 'why'),
  ],
  examples: ['sojourn experiment decide cart-text --by kim', 'sojourn experiment decide cart-text --reverse --by kim'],
  run: (context, [id = ''], options) => decideExperiment(context, id, options()),
});

export const holdoutListCommand = command({
  name: 'experiment holdouts',
  help: 'what messages brought, by the people who got none',
  run: (context) => listHoldouts(context),
});

export const experimentExportCommand = command({
  name: 'experiment export <id>',
  help: 'write the data of an experiment as CSV, and a script that computes its numbers again',
  options: [option('--to <folder>', 'write here (default: experiment-<id>)')],
  run: async (context, [id = ''], options) => (await import('../work/export-experiment.js')).exportExperiment(context, id, options()),
});

/** `experiment list` */
async function listExperiments(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<ExperimentStandings>('/v1/experiment-results');
  const local = await context.localTime();
  const rows = items.map(({ id, light, sentence, nextLook }) => [id, light, sentence.en, nextLook === null ? '' : local(nextLook.at)]);
  const none = 'No experiment is published: write experiments/<id>.experiment.yaml, then sojourn experiment publish.';
  return { value: items, text: table(['experiment', 'light', 'stands', 'next look'], rows, none) };
}

/** `experiment holdouts` */
async function listHoldouts(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const [{ items }, { currency }, local] = await Promise.all([
    api.get<HoldoutReports>('/v1/holdouts'),
    api.get<Shop>('/v1/shop'),
    context.localTime(),
  ]);
  const numbers = ({
    contacted,
    heldOut,
    perThousand,
    attributedPerThousand,
  }: Omit<HoldoutReports['items'][number]['months'][number], 'month'>) => [
    contacted,
    heldOut,
    perThousand === null ? 'too few people' : `${signed(perThousand.value)} (${signed(perThousand.low)} to ${signed(perThousand.high)})`,
    attributedPerThousand === null ? '' : attributedPerThousand.toFixed(0),
  ];
  const rows = items.flatMap(({ of, season, since, months, ...all }) => [
    [of, season, local(since), ...numbers(all)],
    ...months.map(({ month, ...brought }) => [`  ${month}`, '', '', ...numbers(brought)]),
  ]);
  const head = ['holdout', 'season', 'since', 'contacted', 'held out', `${currency} per 1,000 people`, 'by clicks'];
  return { value: items, text: table(head, rows, 'Nobody is held out: see holdout in policies/classes.yaml and in journeys.') };
}

interface ShowOptions {
  readonly language?: string;
  readonly picture?: string;
  readonly reveal?: boolean;
  readonly by?: string;
  readonly source?: boolean;
  readonly at?: string;
}

/** `experiment show <id>` */
async function showExperiment(context: CliContext, id: string, options: ShowOptions): Promise<Outcome> {
  if (options.source === true) {
    const [{ showDefinition }, { experiments }] = await Promise.all([
      import('../work/definitions.js'),
      import('../../definitions/experiment/kind.js'),
    ]);
    return showDefinition(context, experiments, id, options);
  }
  const language = options.language ?? 'en';
  if (language !== 'en' && language !== 'de') throw new CliFailure('The language is en or de.', 2);
  const result = await readResult(context, id, options);
  if (options.picture !== undefined) await writeFile(options.picture, result.picture[language]);
  return { value: result, text: await resultText(context, result, language) };
}

async function readResult(context: CliContext, id: string, { reveal, by }: ShowOptions): Promise<ExperimentResult> {
  const api = await context.client();
  const path = `/v1/experiments/${encodeURIComponent(id)}`;
  if (reveal !== true) return api.get<ExperimentResult>(`${path}/result`);
  if (by === undefined) throw new CliFailure('A reveal is written down: say who asks with --by.', 2);
  return api.post<ExperimentResult>(`${path}/reveals`, { by });
}

async function resultText(context: CliContext, result: ExperimentResult, language: 'en' | 'de'): Promise<string> {
  const {
    name,
    id,
    sentence,
    light,
    arms,
    conflicted,
    split,
    nextLook,
    effects,
    intervals,
    hidden,
    decidedOn,
    segments,
    factors,
    unit,
    currency,
    acts,
    looks,
  } = result;
  const local = await context.localTime();
  const people = table(
    ['arm', 'role', 'people', 'window ended'],
    arms.map((arm) => [arm.name, arm.role, arm.exposed, arm.complete]),
    '',
  );
  const range = intervals === 'always' ? '95 %, at all times together' : '95 %, read once';
  const what = unit === 'money' ? `${currency} per 1,000 people` : 'people who order, per 1,000';
  const nameOf = (arm: string): string => arms.find((one) => one.id === arm)?.name ?? arm;
  const shown = (effects ?? []).map(({ arm, value, interval: [low = 0, high = 0] }) => [
    nameOf(arm),
    signed(value),
    `${signed(low)} to ${signed(high)}`,
  ]);
  return paragraphs(
    `${name} (${id}), ${light}`,
    sentence[language],
    people,
    [
      split.isBroken
        ? `The split is broken (p = ${split.p.toExponential(1)}): something loses people of one arm.`
        : `The split is sound (p = ${split.p.toFixed(3)}).`,
      ...(split.versions.length > 1 ? split.versions.map((one) => sharesText(one, nameOf)) : []),
      ...(conflicted > 0 ? [`${conflicted} people had two arms by a merge and are left out.`] : []),
      ...(nextLook === null ? [] : [`Look ${nextLook.number} of ${nextLook.of}: ${local(nextLook.at)}, in ${nextLook.daysLeft} days.`]),
      ...(decidedOn === null ? [] : [decidedText(decidedOn, local, nameOf)]),
      ...(hidden === 'before-first-look' ? ['The effect is shown from the first planned look on.'] : []),
    ].join('\n'),
    table(['against the control', what, range], shown, ''),
    table(
      ['factor', 'level', what, range],
      (factors ?? []).map(({ factor, level, against, value, interval: [low = 0, high = 0] }) => [
        factor,
        `${level} beside ${against}`,
        signed(value),
        `${signed(low)} to ${signed(high)}`,
      ]),
      '',
    ),
    segments === null ? '' : segmentsText(segments, nameOf),
    table(
      ['when', 'what', 'arm', 'by', 'because'],
      acts.map((act) => [local(act.at), act.kind, actArms(act), act.madeBy, act.reason ?? '']),
      '',
    ),
    looks.length === 0
      ? ''
      : `${looks.length} looks so far, the last on day ${looks[0]?.day}; α spent ${(looks[0]?.alphaSpent ?? 0).toFixed(4)}.`,
  );
}

function sharesText({ version, arms }: ExperimentResult['split']['versions'][number], nameOf: (arm: string) => string): string {
  const shares = arms.map(({ id, weight, people }) => `${nameOf(id)} ${tidyPercent(weight)}, ${people.toLocaleString('en')} people`);
  return `By the weights of version ${version}: ${shares.join('; ')}.`;
}

function decidedText(
  { day, at, effects }: NonNullable<ExperimentResult['decidedOn']>,
  local: (at: string) => string,
  nameOf: (arm: string) => string,
): string {
  const then = effects.map(({ arm, value }) => `${nameOf(arm)} ${signed(value)}`);
  return `Decided on day ${day}, ${local(at)}, by: ${then.join(', ')}. What came later corrects the numbers, not the decision.`;
}

function segmentsText({ segments }: NonNullable<ExperimentResult['segments']>, nameOf: (arm: string) => string): string {
  const rows = segments.map(({ segment, people, conversions, arm, isOwn, rivals }) => [
    segment,
    people,
    conversions,
    isOwn ? nameOf(arm) : 'as all people',
    rivals.map((rival) => `${nameOf(rival.arm)} ${tidyPercent(rival.chance)}`).join(', '),
  ]);
  const hint = segments.some(({ isOwn }) => isOwn)
    ? '--by-segment of experiment decide carries these out.'
    : 'All people get the same arm.';
  return `${table(['segment', 'people', 'ordered', 'arm', 'chance to be better than the arm of all'], rows, '')}\n${hint}`;
}

function actArms({ arm, segments }: ExperimentResult['acts'][number]): string {
  const own = Object.entries(segments ?? {}).map(([segment, other]) => `${segment}: ${other}`);
  return [arm ?? '', ...own].join('; ');
}

function tidyPercent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}

/** `experiment plan <id>` */
async function planExperiment(
  context: CliContext,
  id: string,
  { journey, lift = '10' }: { readonly journey?: string; readonly lift?: string },
): Promise<Outcome> {
  if (journey === undefined) throw new CliFailure('Say with --journey whose people would be in it.', 2);
  const api = await context.client();
  const plan = await api.get<ExperimentPlan>(`/v1/experiments/${encodeURIComponent(id)}/plan`, { journey, lift: Number(lift) / 100 });
  const { people, weeks, isTooLong, detectablePerThousand, peoplePerWeek, history } = plan;
  const least = detectablePerThousand === null ? 'nothing' : `${signed(detectablePerThousand)} per 1,000 people`;
  return {
    value: plan,
    text: [
      `${history.people} people of ${journey} in ${history.weeks} weeks: ${signed(history.mean * 1_000)} per 1,000 people.`,
      `To find ${lift} % more takes ${people.toLocaleString('en')} people, ${weeks} weeks at ${Math.round(peoplePerWeek).toLocaleString('en')} a week.`,
      isTooLong ? `That is too long: eight weeks can find ${least}, and nothing smaller.` : `Eight weeks could find ${least}.`,
    ].join('\n'),
  };
}

interface DecideOptions {
  readonly arm?: string;
  readonly reverse?: boolean;
  readonly bySegment?: boolean;
  readonly by?: string;
  readonly because?: string;
}

/** `experiment decide <id>` */
async function decideExperiment(
  context: CliContext,
  id: string,
  { arm, reverse, bySegment = false, by, because }: DecideOptions,
): Promise<Outcome> {
  if (by === undefined) throw new CliFailure('A decision is written down: say who decides with --by.', 2);
  const api = await context.client();
  const path = `/v1/experiments/${encodeURIComponent(id)}`;
  const chosen = reverse === true ? null : (arm ?? (await api.get<ExperimentResult>(`${path}/result`)).keeps);
  if (chosen === null && reverse !== true) throw new CliFailure('The rule keeps no arm yet: say one with --arm.', 2);
  const reason = because === undefined ? {} : { reason: because };
  const result = await api.post<ExperimentResult>(`${path}/decisions`, { arm: chosen, bySegment, by, ...reason });
  const text =
    chosen === null
      ? `The decision is taken back: people of ${id} are drawn as before.`
      : `Everybody gets ${chosen} from now on,${bySegment ? ' and some segments arms of their own,' : ''} but for those who are kept back for four weeks. sojourn experiment decide ${id} --reverse takes it back.`;
  return { value: result, text };
}

function signed(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 4, signDisplay: 'exceptZero' }).format(value);
}
