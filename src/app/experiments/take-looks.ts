import { createHash } from 'node:crypto';
import { day, type Instant } from '../../domain/time/instant.js';
import { nextShares } from '../../experiments/bandit.js';
import { analysisVersion, type LookInputs, lookInputs, resultOf, type WeightsByVersion } from '../../experiments/look.js';
import { ownArms, segmentWinners } from '../../experiments/segment-winners.js';
import { armKept } from '../../experiments/standing.js';
import type { Experiment, LiveExperiment } from '../../journey/experiment.js';
import { beginning, isDecided } from '../../statistics/decision.js';
import type { Trx } from '../../store/db.js';
import { addDefinitionVersion, lockDefinitions, readDefinitionVersion } from '../../store/definitions.js';
import { addAct, addLook, lockRun, newestLook, type StoredLook, versionsOfExperiment } from '../../store/experiment-looks.js';
import { firstExposureAt, readSums } from '../../store/experiment-sums.js';
import { readLiveExperiments } from '../../store/experiments.js';
import { alignWindows } from '../../store/outcomes.js';
import { canonicalJson } from '../canonical-json.js';
import type { AppDeps } from '../deps.js';
import { settleOutcomes } from './settle-outcomes.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'shop'>;

/**
 * Looks at each experiment in force once a day of the service clock, counted from its first person, and keeps what came of it. Who sees the
 * page does not matter: the rule reads every day. Any process may do it.
 */
export async function takeLooks(deps: Deps): Promise<void> {
  const due: ({ readonly live: LiveExperiment } & DueDay)[] = [];
  for (const live of await readLiveExperiments(deps.store.db)) {
    const found = await dueDay(deps, live.definition);
    if (found !== null) due.push({ live, ...found });
  }
  if (due.length === 0) return;
  for (const { live, lookedAtVersion } of due) if (lookedAtVersion !== live.version) await alignAll(deps, live.definition);
  await settleOutcomes(deps);
  for (const { live, firstAt, days } of due)
    await deps.store.transaction((trx) => takeLook(trx, live, { firstAt, days, at: deps.clock.now() }));
}

async function alignAll({ store }: Deps, { id, seed, metric }: Experiment): Promise<void> {
  const of = { experiment: id, seed, windowMs: metric.windowMs };
  while ((await store.transaction((trx) => alignWindows(trx, of, alignedAtOnce))) > 0);
}

const alignedAtOnce = 20_000;

interface DueDay {
  readonly firstAt: Instant;
  readonly days: number;
  /** Of the look before; null: there was none. */
  readonly lookedAtVersion: number | null;
}

/** The day that has not been looked at; null: none. Days that nobody looked at are left out. */
async function dueDay({ store, clock }: Deps, experiment: Experiment): Promise<DueDay | null> {
  const newest = await newestLook(store.db, experiment);
  const firstAt = await firstExposureAt(store.db, experiment);
  if (firstAt === null) return null;
  const days = Math.floor((clock.now() - firstAt) / day);
  return days < 1 || days <= (newest?.day ?? 0) ? null : { firstAt, days, lookedAtVersion: newest?.version ?? null };
}

interface Due {
  readonly firstAt: Instant;
  readonly days: number;
  readonly at: Instant;
}

async function takeLook(trx: Trx, { version, definition }: LiveExperiment, { firstAt, days, at }: Due): Promise<void> {
  await lockRun(trx, definition);
  const newest = await newestLook(trx, definition);
  if (newest !== null && newest.day >= days) return;
  const sums = await readSums(trx, definition, firstAt + days * day);
  const inputs = lookInputs(definition, sums, {
    day: days,
    before: newest?.state ?? beginning,
    mostBefore: newest?.mostFactor ?? 0,
    weights: await weightsOf(trx, definition.id),
  });
  const look = storedLook(definition, version, inputs, at);
  const seq = await addLook(trx, look);
  if (seq === null) return;
  await carryOut(trx, definition, { ...look, seq }, newest);
  if (inputs.bandit !== undefined && look.state.kind === 'earning')
    await moveWeights(trx, { version, definition }, { shares: nextShares(inputs, inputs.bandit), at });
}

/**
 * The weights of the bandit's next day, as a version of the definition: what drew somebody stays with them, and the split is judged by it.
 * The file stays what it is (source and hash), so publishing it again changes nothing.
 */
async function moveWeights(
  trx: Trx,
  { version, definition }: LiveExperiment,
  { shares, at }: { readonly shares: ReadonlyMap<string, number>; readonly at: Instant },
): Promise<void> {
  const arms = definition.arms.map((arm) => ({ ...arm, weight: shares.get(arm.id) ?? arm.weight }));
  if (arms.every(({ weight }, place) => Math.abs(weight - (definition.arms[place]?.weight ?? 0)) < 0.0005)) return;
  await lockDefinitions(trx, 'experiment');
  const newest = await readDefinitionVersion(trx, 'experiment', definition.id, 'newest');
  // Somebody has published another one since: it is read from the next look on.
  if (newest?.version !== version) return;
  const note = `Weights of the day by the bandit: ${arms.map(({ id, weight }) => `${id} ${(100 * weight).toFixed(2)} %`).join(', ')}`;
  await addDefinitionVersion(trx, { ...newest, version: version + 1, definition: { ...definition, arms }, note, publishedAt: at });
}

/** A look with its result, as it is kept. */
export function storedLook(
  { id, seed }: Pick<Experiment, 'id' | 'seed'>,
  version: number,
  inputs: LookInputs,
  at: Instant,
): Omit<StoredLook, 'seq'> {
  const { state, splitP, mostFactor, alphaSpent } = resultOf(inputs);
  const taken = state.looks.at(-1);
  return {
    experiment: id,
    seed,
    version,
    day: inputs.day,
    at,
    inputs,
    inputsHash: hashOf(inputs),
    state,
    look: taken !== undefined && taken.day === inputs.day ? taken.look : null,
    alphaSpent,
    splitP,
    mostFactor,
    codeVersion: analysisVersion,
  };
}

export function hashOf(inputs: LookInputs): string {
  return createHash('sha256').update(canonicalJson(inputs)).digest('hex');
}

/** Where the file says so, what the rule came to is carried out at once. */
async function carryOut(
  trx: Trx,
  experiment: Experiment,
  { seq, at, state, inputs }: StoredLook,
  before: StoredLook | null,
): Promise<void> {
  if (experiment.decision !== 'automatic' || (before !== null && isDecided(before.state))) return;
  const arm = armKept(experiment, state);
  if (arm === null) return;
  const segments = ownArms(segmentWinners(inputs, state, arm));
  await addAct(trx, experiment, { kind: 'decide', arm, segments, lookSeq: seq, madeBy: 'rule', reason: null, at });
}

export async function weightsOf(db: Trx | AppDeps['store']['db'], id: string): Promise<WeightsByVersion> {
  const versions = await versionsOfExperiment(db, id);
  return new Map(
    versions.map(({ version, definition }) => [
      version,
      new Map((definition as Experiment).arms.map(({ id: arm, weight }) => [arm, weight])),
    ]),
  );
}
