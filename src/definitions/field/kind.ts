import type { DefinitionKind } from '../kind.js';
import type { FieldsDefinition } from './fields.js';

export const fields: DefinitionKind<FieldsDefinition> = {
  kind: 'field',
  many: 'fields',
  only: 'fields.yaml',
  help: 'fields: what may be known of a person, why, and how long',
  form: async () => (await import('./form.js')).fieldsForm,
};
