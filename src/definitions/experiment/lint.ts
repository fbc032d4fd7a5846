import { day } from '../../domain/time/instant.js';
import { didYouMean } from '../../domain/values/nearest.js';
import { allConditions, conditionKind } from '../../journey/conditions/kind-of.js';
import { type Experiment, otherPeople } from '../../journey/experiment.js';
import { error, type Finding, type Reference, warning } from '../../journey/finding.js';
import { eventFindings, topicFindings } from '../../journey/lint.js';
import type { DefinitionContext } from '../kind.js';
import { leastDays, longestDays } from './looks.js';
import type { ExperimentSource } from './source.js';

export interface ReadExperiment {
  readonly definition: Experiment;
  /** What the audience names. */
  readonly references: readonly Reference[];
}

/** What is wrong with an experiment although its form is right. */
export function lintExperiment(source: ExperimentSource, read: ReadExperiment, context: DefinitionContext): readonly Finding[] {
  const { definition } = read;
  return [
    ...armFindings(source),
    ...controlFindings(source),
    ...metricFindings(source),
    ...lookFindings(source, definition),
    ...namespaceFindings(source),
    ...repeatedGuardrails(source),
    ...unitFindings(source),
    ...segmentFindings(source, context),
    ...audienceFindings(read, context),
    ...namespaceClashes(definition, (context.peers ?? []) as readonly Experiment[]),
  ];
}

function armFindings({ arms }: ExperimentSource): readonly Finding[] {
  const sum = arms.reduce((all, { weight }) => all + weight, 0);
  const ids = arms.map(({ id }) => id);
  return [
    ...(Math.abs(sum - 100) <= 1
      ? []
      : [error(['arms'], `The weights of the arms add up to ${tidy(sum)} percent.`, 'Change them so that they add up to 100.')]),
    ...arms.flatMap(({ id, weight, holdout_of: of }, place): Finding[] => {
      const at = ['arms', place];
      const like = arms.find((arm) => arm.id === of);
      return [
        ...(ids.indexOf(id) < place ? [error([...at, 'id'], `The arm "${id}" is there twice.`, 'Give each arm an id of its own.')] : []),
        ...(weight > 0 && weight < 0.1
          ? [
              error(
                [...at, 'weight'],
                `${weight} percent is too little: people are drawn in steps of 0.01 percent.`,
                'Give it 0.1 or more, or 0.',
              ),
            ]
          : []),
        ...(of === undefined || (like !== undefined && like.id !== id && like.holdout_of === undefined)
          ? []
          : [error([...at, 'holdout_of'], `"${of}" is no arm with a way of its own.`, meant(of, waysOf(arms)))]),
      ];
    }),
  ];
}

function waysOf(arms: ExperimentSource['arms']): readonly string[] {
  return arms.flatMap(({ id, holdout_of: of }) => (of === undefined ? [id] : []));
}

function controlFindings({ arms, control }: ExperimentSource): readonly Finding[] {
  const ids = arms.map(({ id }) => id);
  if (!ids.includes(control)) return [error(['control'], `There is no arm "${control}".`, meant(control, ids))];
  const challengers = arms.filter(({ id, holdout_of: of }) => id !== control && of === undefined);
  return challengers.length > 0
    ? []
    : [
        error(
          ['arms'],
          'Nothing is compared with the control: the other arms are holdouts.',
          'Add an arm with a way of its own, or make the holdout the control.',
        ),
      ];
}

function metricFindings({ metric }: ExperimentSource): readonly Finding[] {
  const wantsRate = metric.of === 'margin' && metric.margin_rate === undefined;
  const hasRate = metric.of !== 'margin' && metric.margin_rate !== undefined;
  return [
    ...(wantsRate
      ? [
          error(
            ['metric'],
            'The metric margin needs margin_rate.',
            'Write the share of revenue before discounts that is left, such as margin_rate: 0.4.',
          ),
        ]
      : []),
    ...(hasRate ? [error(['metric', 'margin_rate'], `${metric.of} has no margin.`, 'Write of: margin, or take margin_rate out.')] : []),
  ];
}

function lookFindings({ plan, metric }: ExperimentSource, { plan: { lookDays }, metric: { windowMs } }: Experiment): readonly Finding[] {
  const at = plan.looks === undefined ? ['plan'] : ['plan', 'looks'];
  const windowDays = windowMs / day;
  const earliest = Math.ceil((windowDays + leastDays) / 7) * 7;
  if (!Number.isInteger(windowDays) || windowDays < 1)
    return [error(['metric', 'window'], `The window ${metric.window} is not in whole days.`, 'Write one day or more, such as P7D.')];
  const [first = 0] = lookDays;
  const last = lookDays.at(-1) ?? 0;
  return [
    ...(lookDays.every((days) => days % 7 === 0)
      ? []
      : [
          error(at, 'A look is not after whole weeks, so some days of the week would count more than others.', 'Write weeks, such as P2W.'),
        ]),
    ...(lookDays.every((days, place) => place === 0 || days > (lookDays[place - 1] ?? 0))
      ? []
      : [error(at, 'The looks are not in order.', 'Write the earliest first, each once.')]),
    ...(first >= earliest
      ? []
      : [
          error(
            at,
            `The first look is on day ${first}, but the windows of a whole week of people close only on day ${earliest}.`,
            `Begin with P${earliest}D.`,
          ),
        ]),
    ...(last <= longestDays || plan.longer_than_eight_weeks
      ? []
      : [
          error(
            at,
            `The last look is on day ${last}: a test of more than eight weeks meets holidays, other prices and people who come twice.`,
            'Plan fewer weeks; `sojourn experiment plan` says what they can find. Or write longer_than_eight_weeks: true.',
          ),
        ]),
  ];
}

function namespaceFindings({ namespace }: ExperimentSource): readonly Finding[] {
  return namespace === undefined || namespace.from < namespace.to
    ? []
    : [
        error(
          ['namespace', 'to'],
          `The part from ${namespace.from} to ${namespace.to} has nobody in it.`,
          'Write a greater number at "to".',
        ),
      ];
}

function repeatedGuardrails({ guardrails = [] }: ExperimentSource): readonly Finding[] {
  const kinds = guardrails.map(({ of }) => of);
  return guardrails.flatMap(({ of }, place) =>
    kinds.indexOf(of) < place ? [error(['guardrails', place, 'of'], `The guardrail ${of} is there twice.`, 'Keep one of them.')] : [],
  );
}

function segmentFindings({ segments = [] }: ExperimentSource, { segments: known }: DefinitionContext): readonly Finding[] {
  return segments.flatMap((id, place): Finding[] => {
    const at = ['segments', place];
    if (id === otherPeople)
      return [error(at, `"${otherPeople}" are the people in none of the segments.`, 'Take it out: they count by themselves.')];
    if (segments.indexOf(id) < place) return [error(at, `The segment "${id}" is there twice.`, 'Keep one of them.')];
    if (known === undefined || known === null || known.includes(id)) return [];
    return [error(at, `There is no segment "${id}".`, didYouMean(id, known) ?? 'Write its file in segments/ first.')];
  });
}

function unitFindings({ unit }: ExperimentSource): readonly Finding[] {
  return unit === 'person'
    ? []
    : [
        warning(
          ['unit'],
          'A person who enters twice may get two arms, so the result is less clear.',
          'Write unit: person, except if entries are far apart.',
        ),
      ];
}

/** What a turn does not know of everybody cannot be asked: it is loaded for a journey by what the journey says. */
function audienceFindings({ definition: { audience }, references }: ReadExperiment, { topics }: DefinitionContext): readonly Finding[] {
  if (audience === null) return [];
  const asking = allConditions(audience).find((one) => conditionKind(one).needs(one).length > 0);
  const foreign = allConditions(audience).find((one) => !['person', 'parts'].includes(conditionKind(one).about));
  const refused = asking ?? foreign;
  return [
    ...(refused === undefined
      ? []
      : [
          error(
            ['audience'],
            `An audience cannot ask for "${refused.kind}".`,
            'Ask with identified, trait or consent, or put a split before the step in the journey.',
          ),
        ]),
    ...eventFindings({ references }),
    ...(topics === null ? [] : topicFindings({ references }, topics)),
  ];
}

/** Experiments of a namespace whose parts overlap: somebody would be in both. */
export function namespaceClashes({ id, namespace }: Experiment, others: readonly Experiment[]): readonly Finding[] {
  if (namespace === null) return [];
  const both = others.find(
    (other) =>
      other.id !== id &&
      other.namespace?.name === namespace.name &&
      other.namespace.from < namespace.to &&
      namespace.from < other.namespace.to,
  );
  return both?.namespace == null
    ? []
    : [
        error(
          ['namespace'],
          `The experiment "${both.id}" has ${tidy(both.namespace.from * 100)} to ${tidy(both.namespace.to * 100)} of the namespace "${namespace.name}", so some people would be in both.`,
          'Take a part that is free, or archive the other one.',
        ),
      ];
}

function meant(name: string, among: readonly string[]): string {
  return didYouMean(name, among) ?? `Arms: ${among.join(', ')}.`;
}

function tidy(value: number): string {
  return String(Math.round(value * 100) / 100);
}
