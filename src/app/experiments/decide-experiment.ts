import { ownArms, segmentWinners } from '../../experiments/segment-winners.js';
import { armKept } from '../../experiments/standing.js';
import { armOf, type Experiment } from '../../journey/experiment.js';
import { addAct, type ExperimentAct, firstDecidedLook, listActs, lockRun, newestLook } from '../../store/experiment-looks.js';
import { readLiveExperiment } from '../../store/experiments.js';
import type { AppDeps } from '../deps.js';
import { type ExperimentResult, showExperiment } from './show-experiments.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'shop'>;

export interface DecisionAsked {
  /** The arm that everybody gets from now on; null: nobody does any more, people are drawn as before. */
  readonly arm: string | null;
  /** Segments get the arms of their own that the rule found; the arm is then the one that it keeps. */
  readonly bySegment?: boolean;
  readonly reason: string | null;
  /** Who decides, for those who read it. */
  readonly by: string;
}

export type Decided =
  | { readonly kind: 'decided'; readonly result: ExperimentResult }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'no-arm'; readonly arms: readonly string[] }
  /** Arms of segments go with the arm that the rule keeps; null: it keeps none yet. */
  | { readonly kind: 'other-arm'; readonly keeps: string | null }
  | { readonly kind: 'no-segments' }
  | { readonly kind: 'nothing-to-reverse' };

/** Carries a decision out, or takes it back. It is written down with the look that was known; the rule's own state stays what it is. */
export async function decideExperiment(deps: Deps, id: string, { arm, bySegment = false, reason, by }: DecisionAsked): Promise<Decided> {
  const live = await readLiveExperiment(deps.store.db, id);
  if (live === null) return { kind: 'unknown' };
  const { definition } = live;
  if (arm !== null && armOf(definition, arm) === undefined) return { kind: 'no-arm', arms: definition.arms.map((one) => one.id) };
  const found = bySegment ? await foundBySegment(deps, definition) : null;
  if (found !== null && found.keeps !== arm) return { kind: 'other-arm', keeps: found.keeps };
  if (found !== null && found.segments === null) return { kind: 'no-segments' };
  const isDone = await deps.store.transaction(async (trx) => {
    await lockRun(trx, definition);
    if (arm === null && !isCarriedOut(await listActs(trx, definition, 100))) return false;
    const look = await newestLook(trx, definition);
    const kind = arm === null ? 'reverse' : 'decide';
    await addAct(trx, definition, {
      kind,
      arm,
      segments: found?.segments ?? null,
      lookSeq: look?.seq ?? null,
      madeBy: by,
      reason,
      at: deps.clock.now(),
    });
    return true;
  });
  if (!isDone) return { kind: 'nothing-to-reverse' };
  const result = await showExperiment(deps, id);
  return result === null ? { kind: 'unknown' } : { kind: 'decided', result };
}

/** By the look that decided. */
async function foundBySegment({ store }: Deps, definition: Experiment) {
  const look = await firstDecidedLook(store.db, definition);
  if (look === null) return { keeps: null, segments: null };
  const keeps = armKept(definition, look.state);
  return { keeps, segments: ownArms(segmentWinners(look.inputs, look.state, keeps)) };
}

function isCarriedOut(acts: readonly ExperimentAct[]): boolean {
  return acts.find(({ kind }) => kind !== 'reveal')?.kind === 'decide';
}

/** The effect before it is its turn: written down first, with who asked. The rule reads on as planned. Null: not in force. */
export async function revealExperiment(
  deps: Deps,
  id: string,
  { by, reason }: Omit<DecisionAsked, 'arm'>,
): Promise<ExperimentResult | null> {
  const live = await readLiveExperiment(deps.store.db, id);
  if (live === null) return null;
  const look = await newestLook(deps.store.db, live.definition);
  await addAct(deps.store.db, live.definition, {
    kind: 'reveal',
    arm: null,
    segments: null,
    lookSeq: look?.seq ?? null,
    madeBy: by,
    reason,
    at: deps.clock.now(),
  });
  return showExperiment(deps, id, { reveals: true });
}
