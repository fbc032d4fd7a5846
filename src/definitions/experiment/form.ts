import { day } from '../../domain/time/instant.js';
import { compileCondition } from '../../journey/condition-source.js';
import type { Condition } from '../../journey/conditions/condition.js';
import type { Experiment, Guardrail, GuardrailKind } from '../../journey/experiment.js';
import type { Reference } from '../../journey/finding.js';
import { toLimitMs } from '../../yaml/duration-source.js';
import type { DefinitionForm } from '../kind.js';
import { banditFindings } from './bandit-lint.js';
import { factorsOf, withArms } from './cells.js';
import { armsAreWritten } from './factors-lint.js';
import { lintExperiment, type ReadExperiment } from './lint.js';
import { longestDays } from './looks.js';
import { type ExperimentSource, experimentSource, type WrittenExperiment } from './source.js';

export const experimentForm: DefinitionForm<Experiment> = {
  schema: experimentSource,
  compile: (source: WrittenExperiment) => readExperiment(withArms(source)).definition,
  lint: (source: WrittenExperiment, context) => [
    ...armsAreWritten(source),
    ...banditFindings(withArms(source)),
    ...lintExperiment(withArms(source), readExperiment(withArms(source)), context),
  ],
};

function readExperiment(source: ExperimentSource): ReadExperiment {
  const references: Reference[] = [];
  const { experiment: id, name, description, control, unit, seed, namespace, metric, plan } = source;
  const windowMs = toLimitMs(metric.window);
  const factors = factorsOf(source);
  const definition: Experiment = {
    id,
    name,
    description: description ?? null,
    seed: seed ?? id,
    unit,
    arms: source.arms.map(({ id: arm, name: called, weight, cost, holdout_of }) => ({
      id: arm,
      name: called ?? arm,
      weight: weight / 100,
      cost,
      holdoutOf: holdout_of ?? null,
    })),
    control,
    coverage: source.coverage / 100,
    ...(factors === undefined ? {} : { factors }),
    namespace: namespace === undefined ? null : { name: namespace.name, from: namespace.from / 100, to: namespace.to / 100 },
    audience: audienceOf(source, references),
    metric: { kind: metric.of, windowMs, marginRate: metric.margin_rate ?? 1 },
    ...(source.segments === undefined ? {} : { segments: source.segments }),
    ...(source.bandit === undefined ? {} : { bandit: { floor: source.bandit.floor / 100 } }),
    guardrails: guardrailsOf(source.guardrails),
    plan: { people: plan.people, lookDays: plan.looks?.map(toDays) ?? usualLooks(windowMs) },
    decision: source.decision,
    keptBack: source.keep_back / 100,
  };
  return { definition, references };
}

function audienceOf({ audience }: ExperimentSource, references: Reference[]): Condition | null {
  return audience === undefined ? null : compileCondition(audience, ['audience'], (named) => void references.push(named));
}

/** In percentage points: statistics-wise what shops start with. */
const usualMargins: Readonly<Record<GuardrailKind, number>> = { unsubscribe: 0.05, complaint: 0.1, stop: 0.5, refund: 1 };

function guardrailsOf(written: ExperimentSource['guardrails']): readonly Guardrail[] {
  const asked = written ?? ([{ of: 'unsubscribe' }, { of: 'complaint' }] as const);
  return asked.map((one) => ({
    kind: one.of,
    margin: ('at_most' in one && one.at_most !== undefined ? one.at_most : usualMargins[one.of]) / 100,
  }));
}

/** Weekly looks, four at most: the first a week after the first windows have closed, the last within eight weeks if that can be. */
function usualLooks(windowMs: number): readonly number[] {
  const weeks = Math.ceil(windowMs / (7 * day));
  const looks = [1, 2, 3, 4].map((week) => 7 * (weeks + week));
  return looks.filter((days, place) => place === 0 || days <= longestDays);
}

function toDays(text: string): number {
  return toLimitMs(text) / day;
}
