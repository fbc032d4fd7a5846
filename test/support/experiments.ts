import type { Experiment, ExperimentArm, LiveExperiment } from '../../src/journey/experiment.js';
import type { Store } from '../../src/store/db.js';
import { addDefinitionVersion } from '../../src/store/definitions.js';

type ArmLike = Pick<ExperimentArm, 'id' | 'weight'> & Partial<ExperimentArm>;

/** An experiment over two arms, none and offer, unless it says otherwise. */
export function experimentOf(change: Partial<Omit<Experiment, 'arms'>> & { readonly arms?: readonly ArmLike[] } = {}): Experiment {
  const {
    arms = [
      { id: 'none', weight: 0.5 },
      { id: 'offer', weight: 0.5 },
    ],
    id = 'trial',
    ...rest
  } = change;
  return {
    id,
    name: 'A trial',
    description: null,
    seed: id,
    unit: 'person',
    arms: arms.map((arm) => ({ name: arm.id, cost: 0, holdoutOf: null, ...arm })),
    control: 'none',
    coverage: 1,
    namespace: null,
    audience: null,
    metric: { kind: 'revenue', windowMs: 7 * 86_400_000, marginRate: 1 },
    guardrails: [],
    plan: { people: 1_000, lookDays: [14, 21, 28, 35] },
    decision: 'by-hand',
    keptBack: 0.05,
    ...rest,
  };
}

export async function putExperimentInForce(store: Store, { version, definition }: LiveExperiment, publishedAt = 0): Promise<void> {
  const row = { kind: 'experiment', id: definition.id, version, source: '', hash: String(version), note: null, publishedAt };
  await store.transaction((trx) => addDefinitionVersion(trx, { ...row, definition: { ...definition } }));
}
