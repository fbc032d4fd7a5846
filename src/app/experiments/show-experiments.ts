import { day, type Instant } from '../../domain/time/instant.js';
import { banditEffects } from '../../experiments/bandit.js';
import { type ArmEffect, effectsOf } from '../../experiments/effect.js';
import { type FactorEffect, factorEffects } from '../../experiments/factor-effects.js';
import { type LookInputs, lookInputs, splitOf, type WeightsByVersion } from '../../experiments/look.js';
import { pictureOf } from '../../experiments/picture.js';
import { type SegmentWinners, segmentWinners } from '../../experiments/segment-winners.js';
import { armKept, type Light, lightOf, nextLookDay, sentenceOf, showsEffect } from '../../experiments/standing.js';
import type { Entered } from '../../experiments/sums.js';
import { resultWords } from '../../experiments/words.js';
import { type Experiment, unitOf } from '../../journey/experiment.js';
import { beginning, isDecided, type TestState } from '../../statistics/decision.js';
import { brokenSplit } from '../../statistics/sample-ratio.js';
import { type ExperimentAct, firstDecidedLook, listActs, listLooks, newestLook, type StoredLook } from '../../store/experiment-looks.js';
import { firstExposureAt, readSums } from '../../store/experiment-sums.js';
import { readLiveExperiment, readLiveExperiments } from '../../store/experiments.js';
import type { AppDeps } from '../deps.js';
import { weightsOf } from './take-looks.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'shop'>;

/** Where an experiment stands. */
export interface ExperimentStanding {
  readonly id: string;
  readonly name: string;
  readonly state: TestState['kind'];
  readonly light: Light;
  readonly sentence: { readonly en: string; readonly de: string };
  readonly startedAt: Instant | null;
  readonly nextLook: NextLook | null;
}

export interface NextLook {
  readonly number: number;
  readonly of: number;
  readonly at: Instant;
  readonly daysLeft: number;
}

/** All of it. */
export interface ExperimentResult extends ExperimentStanding {
  readonly version: number;
  readonly seed: string;
  readonly metric: Experiment['metric']['kind'];
  readonly unit: 'money' | 'people';
  readonly currency: string;
  readonly asOf: Instant;
  readonly arms: readonly ArmCount[];
  /** People who had two arms by a merge: left out. */
  readonly conflicted: number;
  readonly split: { readonly p: number; readonly isBroken: boolean; readonly versions: readonly SplitOfVersion[] };
  /** Against the control, as of now; null: not to be shown. */
  readonly effects: readonly ArmEffect[] | null;
  /** What each level of each factor brings, on average over the others; null: there are no factors, or nothing is shown. */
  readonly factors: readonly FactorEffect[] | null;
  /** `once`: intervals hold as of one reading, as where a bandit moves the weights. */
  readonly intervals: 'always' | 'once';
  readonly hidden: 'before-first-look' | 'broken-split' | null;
  /** As it was when it was decided: refunds, late orders and merges have restated it since. Null: nothing is decided, or shown. */
  readonly decidedOn: { readonly day: number; readonly at: Instant; readonly effects: readonly ArmEffect[] } | null;
  /** Arms of segments, by the look that decided; null: the file names no segments, nothing is decided, or the test stopped. */
  readonly segments: SegmentWinners | null;
  /** The arm that the rule keeps; null: it has not come to one. */
  readonly keeps: string | null;
  readonly looks: readonly StoredLook[];
  /** Decisions, reversals and reveals, the newest first. */
  readonly acts: readonly ExperimentAct[];
  readonly picture: { readonly en: string; readonly de: string };
}

export interface ArmCount {
  readonly id: string;
  readonly name: string;
  readonly role: 'control' | 'challenger' | 'holdout';
  readonly exposed: number;
  /** Of whom the window has ended. */
  readonly complete: number;
}

/** People who came while a version was in force, and the weights of that time. */
export interface SplitOfVersion {
  readonly version: number;
  readonly arms: readonly { readonly id: string; readonly weight: number; readonly people: number }[];
}

/** Where each experiment in force stands, by id. */
export async function showStandings(deps: Deps): Promise<readonly ExperimentStanding[]> {
  const live = await readLiveExperiments(deps.store.db);
  return Promise.all(
    live.map(async ({ definition }) => {
      const look = await newestLook(deps.store.db, definition);
      return standingOf(definition, look?.state ?? beginning, await firstExposureAt(deps.store.db, definition), deps.clock.now());
    }),
  );
}

/**
 * What is known of an experiment now. `reveals`: with the effect before the first planned look. The caller has written down who asked; the
 * rule does not change by it. Null: it is not in force.
 */
export async function showExperiment(deps: Deps, id: string, { reveals = false } = {}): Promise<ExperimentResult | null> {
  const live = await readLiveExperiment(deps.store.db, id);
  if (live === null) return null;
  const { version, definition } = live;
  const { db } = deps.store;
  const asOf = deps.clock.now();
  const [looks, acts, startedAt, sums, weights] = [
    await listLooks(db, definition, 100),
    await listActs(db, definition, 100),
    await firstExposureAt(db, definition),
    await readSums(db, definition, asOf),
    await weightsOf(db, id),
  ];
  const [newest] = looks;
  const state = newest?.state ?? beginning;
  const days = startedAt === null ? 0 : Math.floor((asOf - startedAt) / day);
  const inputs = lookInputs(definition, sums, { day: days, before: state, mostBefore: newest?.mostFactor ?? 0, weights });
  const { p } = splitOf(inputs);
  const isBroken = p < brokenSplit || state.kind === 'invalid';
  const hidden = isBroken ? 'broken-split' : !reveals && !showsEffect(state) ? 'before-first-look' : null;
  const decided = hidden === null && isDecided(state) ? await firstDecidedLook(db, definition) : null;
  const result: Omit<ExperimentResult, 'picture'> = {
    ...standingOf(definition, state, startedAt, asOf),
    version,
    seed: definition.seed,
    metric: definition.metric.kind,
    unit: unitOf(definition.metric.kind),
    currency: deps.shop.currency,
    asOf,
    arms: definition.arms.map((arm) => ({
      id: arm.id,
      name: arm.name,
      role: arm.id === definition.control ? 'control' : arm.holdoutOf === null ? 'challenger' : 'holdout',
      exposed: sums.entered.reduce((all, one) => all + (one.arm === arm.id ? one.people : 0), 0),
      complete: sums.arms.find((one) => one.arm === arm.id)?.people ?? 0,
    })),
    conflicted: sums.conflicted,
    split: { p, isBroken, versions: splitByVersion(definition, sums.entered, weights) },
    effects: hidden === null ? shownEffects(inputs) : null,
    factors: hidden === null && definition.factors !== undefined ? factorEffects(definition.factors, inputs) : null,
    intervals: definition.bandit === undefined ? 'always' : 'once',
    hidden,
    decidedOn: asDecided(decided),
    segments: decided === null ? null : segmentWinners(decided.inputs, decided.state, armKept(definition, decided.state)),
    keeps: armKept(definition, state),
    looks,
    acts,
  };
  return { ...result, picture: { en: draw(definition, result, 'en'), de: draw(definition, result, 'de') } };
}

function shownEffects(inputs: LookInputs): readonly ArmEffect[] {
  return inputs.bandit === undefined ? effectsOf(inputs) : banditEffects(inputs, inputs.bandit);
}

function asDecided(look: StoredLook | null): ExperimentResult['decidedOn'] {
  return look === null ? null : { day: look.day, at: look.at, effects: effectsOf(look.inputs) };
}

function splitByVersion({ arms }: Experiment, entered: readonly Entered[], weights: WeightsByVersion): readonly SplitOfVersion[] {
  return [...new Set(entered.map(({ version }) => version))]
    .sort((a, b) => a - b)
    .map((version) => ({
      version,
      arms: arms.map(({ id }) => ({
        id,
        weight: weights.get(version)?.get(id) ?? 0,
        people: entered.find((one) => one.version === version && one.arm === id)?.people ?? 0,
      })),
    }));
}

function standingOf(experiment: Experiment, state: TestState, startedAt: Instant | null, now: Instant): ExperimentStanding {
  const { id, name, plan } = experiment;
  const next = nextLookDay(experiment, state);
  const at = next === null || startedAt === null ? null : startedAt + next * day;
  return {
    id,
    name,
    state: state.kind,
    light: lightOf(state),
    sentence: { en: sentenceOf(experiment, state, 'en'), de: sentenceOf(experiment, state, 'de') },
    startedAt,
    nextLook:
      next === null || at === null
        ? null
        : { number: plan.lookDays.indexOf(next) + 1, of: plan.lookDays.length, at, daysLeft: Math.max(0, Math.ceil((at - now) / day)) },
  };
}

function draw(experiment: Experiment, result: Omit<ExperimentResult, 'picture'>, language: 'en' | 'de'): string {
  const words = resultWords[language];
  const { nextLook, effects, hidden, light, metric, currency, arms } = result;
  const nameOf = (id: string): string => arms.find((arm) => arm.id === id)?.name ?? id;
  const people = arms.reduce((all, { exposed }) => all + exposed, 0);
  return pictureOf({
    title: experiment.name,
    sentence: result.sentence[language],
    light,
    effects: effects?.map((effect) => ({ ...effect, name: nameOf(effect.arm) })) ?? null,
    unit: words.unit(metric, currency, result.intervals),
    hidden: hidden === 'broken-split' ? words.broken : hidden === 'before-first-look' ? words.beforeFirstLook(people) : words.tooFew,
    next: nextLook === null ? words.noNext : words.next(nextLook.number, nextLook.of, dateOf(nextLook.at, language)),
    control: nameOf(experiment.control),
    number: (value) => new Intl.NumberFormat(language, { maximumSignificantDigits: 4, signDisplay: 'exceptZero' }).format(value),
  });
}

function dateOf(at: Instant, language: 'en' | 'de'): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'de', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
}
