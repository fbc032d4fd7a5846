import type { Experiment } from '../../journey/experiment.js';
import type { DefinitionKind } from '../kind.js';

export const experiments: DefinitionKind<Experiment> = {
  kind: 'experiment',
  many: 'experiments',
  help: 'experiments: who gets which arm, how it went, and what is decided',
  namesSegments: true,
  form: async () => (await import('./form.js')).experimentForm,
};
