import type { DefinitionKind } from '../kind.js';
import type { SegmentDefinition } from './segment.js';

export const segments: DefinitionKind<SegmentDefinition> = {
  kind: 'segment',
  many: 'segments',
  movesPeople: true,
  help: 'segments: who belongs to which group of people, and why',
  form: async () => (await import('./form.js')).segmentForm,
};
