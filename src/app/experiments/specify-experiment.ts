import { day, type Instant } from '../../domain/time/instant.js';
import { type ArmEffect, effectsOf } from '../../experiments/effect.js';
import { type LookInputs, lookInputs, splitOf } from '../../experiments/look.js';
import { showsEffect } from '../../experiments/standing.js';
import type { Experiment, LiveExperiment } from '../../journey/experiment.js';
import { beginning } from '../../statistics/decision.js';
import { listLooks, newestLook, type StoredLook } from '../../store/experiment-looks.js';
import { firstExposureAt, readSums } from '../../store/experiment-sums.js';
import { readLiveExperiment } from '../../store/experiments.js';
import type { AppDeps } from '../deps.js';
import { weightsOf } from './take-looks.js';

/** What somebody needs, beside the exposures, to compute the numbers again. */
export interface Specification {
  readonly asOf: Instant;
  readonly definition: Experiment;
  readonly inputs: LookInputs;
  readonly expected: { readonly splitP: number; readonly mostFactor: number; readonly effects: readonly ArmEffect[] };
  readonly looks: readonly StoredLook[];
}

/** Anyone who has the rows can compute the effect, so an export is a reveal: it waits for the first planned look. */
export type Exportable =
  | { readonly kind: 'exportable'; readonly live: LiveExperiment }
  | { readonly kind: 'too-early' }
  | { readonly kind: 'unknown' };

export async function exportable(deps: Pick<AppDeps, 'store'>, id: string): Promise<Exportable> {
  const live = await readLiveExperiment(deps.store.db, id);
  if (live === null) return { kind: 'unknown' };
  const state = (await newestLook(deps.store.db, live.definition))?.state ?? beginning;
  return showsEffect(state) || state.kind === 'invalid' ? { kind: 'exportable', live } : { kind: 'too-early' };
}

/** As of now. */
export async function specifyExperiment(
  { store, clock }: Pick<AppDeps, 'store' | 'clock'>,
  { definition }: LiveExperiment,
): Promise<Specification> {
  const asOf = clock.now();
  const looks = await listLooks(store.db, definition, 1_000);
  const startedAt = (await firstExposureAt(store.db, definition)) ?? asOf;
  const inputs = lookInputs(definition, await readSums(store.db, definition, asOf), {
    day: Math.floor((asOf - startedAt) / day),
    before: looks[0]?.state ?? beginning,
    mostBefore: 0,
    weights: await weightsOf(store.db, definition.id),
  });
  const { p, mostFactor } = splitOf(inputs);
  return {
    asOf,
    definition,
    inputs,
    expected: { splitP: p, mostFactor, effects: inputs.bandit === undefined ? effectsOf(inputs) : [] },
    looks,
  };
}
