import { z } from 'zod';
import type { StepId } from '../../domain/values/ids.js';
import { type Assigned, assignArm, type KnownExperiment, type NoArm, type Units } from '../assignment.js';
import { factsAbout } from '../context.js';
import { type LiveExperiment, segmentOf } from '../experiment.js';
import { idText } from '../fields.js';
import { error, type Finding } from '../finding.js';
import { branchesOf, listsOf, otherWay } from './branches.js';
import type { Move, StepKind, StepParts } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly experiment: ExperimentStep;
  }
  interface StepEffects {
    readonly exposed: Exposed;
  }
}

declare module '../knowledge.js' {
  interface Questions {
    readonly experiments: { readonly id: string };
  }
  interface Answers {
    readonly experiments: KnownExperiments;
  }
}

/** What a turn knows of the experiments that its journey names, by their ids, and who may be assigned. */
export interface KnownExperiments {
  readonly units: Units;
  readonly byId: Readonly<Record<string, KnownExperiment>>;
}

interface ExperimentStep extends StepBase {
  readonly kind: 'experiment';
  readonly experiment: string;
  readonly arms: readonly { readonly arm: string; readonly next: StepId | null }[];
}

/** Somebody came to an arm for the first time: the unit for which it is recorded, and by which outcomes are counted. */
export interface Exposed {
  readonly kind: 'exposed';
  readonly experiment: string;
  readonly seed: string;
  readonly version: number;
  readonly unit: string;
  readonly arm: string;
  /** So long after this instant what the person does counts. */
  readonly windowMs: number;
  /** In which of the experiment's segments the person is. Absent: it names none. Null: that is not known. */
  readonly segment?: string | null;
}

const yaml = (parts: StepParts) =>
  z.strictObject({
    id: idText.optional(),
    run: idText.meta({ description: 'The experiment: a file in experiments/.' }),
    get arms() {
      return branchesOf({ arm: idText.meta({ description: 'An arm of the experiment. A holdout needs no way of its own.' }) }, parts);
    },
    get else() {
      return otherWay(parts).meta({
        description: 'Who takes no part: outside of audience, coverage or namespace, or the experiment is not in force.',
      });
    },
  });

/** The arm that was drawn, recorded before the gate is asked: exposure does not depend on what may be sent. */
export const experiment: StepKind<ExperimentStep, z.output<ReturnType<typeof yaml>>, Exposed> = {
  yaml,
  inside: (source) => listsOf(source.arms, 'else', source.else),
  compile({ run, arms }, { id, way, note }) {
    note({ kind: 'experiment', name: run, arms: arms.map(({ arm }) => arm) }, 'run');
    return {
      kind: 'experiment',
      id,
      next: way(arms.length),
      experiment: run,
      arms: arms.map(({ arm }, place) => ({ arm, next: way(place) })),
    };
  },
  isEnd: false,
  ways: ({ arms, next }) => [...arms.map((arm) => ({ to: arm.next })), { to: next }],
  listens: () => [],
  reads: () => [],
  needs: ({ experiment: id }) => [{ of: 'experiments', id }],
  lint: ({ arms }, { path }) =>
    repeatedArms(
      arms.map(({ arm }) => arm),
      path,
    ),
  sentence: ({ experiment: id, arms }) =>
    `Takes the way of the person’s arm in the experiment ${id}: ${arms.map(({ arm }) => arm).join(', ')}.`,
  dueAt: () => null,
  arrival: () => null,
  move(step, state, context) {
    const { units, known } = knownOf(step, context.facts.known.experiments);
    const assigned = assignArm(known, units, factsAbout(context, state.trigger), state.isHeldOut === true);
    return assigned.kind === 'none' ? goesBy(step, assigned.why) : takesArm(step, known, units, assigned);
  },
  message: () => null,
  told: ({ experiment: name, arms }) => [
    ...arms.map(({ arm }) => ({ way: arm, begins: takesThe(name, arm) })),
    { way: 'else', begins: takesNoPart(name) },
  ],
};

const takesThe = (name: string, arm: string): string => `Experiment ${name}: takes the arm ${arm}`;
const takesNoPart = (name: string): string => `Experiment ${name}: takes no part`;

function knownOf({ id, experiment: name }: ExperimentStep, all: KnownExperiments | undefined) {
  const known = all?.byId[name];
  if (all === undefined || known === undefined) throw new Error(`The step ${id} was not told of the experiment ${name}.`);
  return { units: all.units, known };
}

function takesArm(
  step: ExperimentStep,
  { live, places }: KnownExperiment,
  units: Units,
  assigned: Exclude<Assigned, { readonly kind: 'none' }>,
): Move<Exposed> {
  const { id, holdoutOf } = assigned.arm;
  const way = step.arms.find(({ arm }) => arm === (holdoutOf ?? id));
  const asks = assigned.kind === 'arm' && assigned.exposes && live !== null ? [exposure(step, live, units, { arm: id, places })] : [];
  const by = assigned.kind === 'kept' ? ', as was decided' : '';
  const held = holdoutOf === null ? '' : `, walks as ${holdoutOf} and gets no marketing message`;
  return {
    kind: 'go',
    to: way === undefined ? step.next : way.next,
    line: { kind: 'branch', text: `${takesThe(step.experiment, id)}${by}${held}.` },
    ...(holdoutOf === null ? {} : { holdsOut: true as const }),
    asks,
  };
}

function exposure(
  { experiment: name }: ExperimentStep,
  { version, definition }: LiveExperiment,
  units: Units,
  { arm, places }: { readonly arm: string; readonly places: KnownExperiment['places'] },
): Exposed {
  const { seed, unit, metric, segments } = definition;
  return {
    kind: 'exposed',
    experiment: name,
    seed,
    version,
    unit: units[unit],
    arm,
    windowMs: metric.windowMs,
    ...(segments === undefined ? {} : { segment: segmentOf(segments, places ?? {}) }),
  };
}

function goesBy({ next, experiment: name }: ExperimentStep, why: NoArm): Move<Exposed> {
  return { kind: 'go', to: next, line: { kind: 'branch', text: `${takesNoPart(name)}, ${noArmWords[why]}.` } };
}

const noArmWords: Readonly<Record<NoArm, string>> = {
  'not-in-force': 'since it is not in force',
  'held-out': 'since the person is held out already',
  namespace: 'since its part of the namespace is for others',
  audience: 'since the person is not in its audience',
  coverage: 'since it covers a part of the people only',
  gone: 'since the arm that the person has is not there any more',
};

function repeatedArms(arms: readonly string[], path: readonly PropertyKey[]): readonly Finding[] {
  return arms.flatMap((arm, place) =>
    arms.indexOf(arm) < place ? [error([...path, 'arms', place, 'arm'], `The arm "${arm}" has two ways.`, 'Keep one of them.')] : [],
  );
}
