import type { Field, Fields } from '../../domain/answers/field.js';

/** All fields of `fields.yaml`, in the order of the file. */
export interface FieldsDefinition {
  readonly name: string;
  readonly fields: readonly Field[];
}

export function fieldsOf({ fields }: Pick<FieldsDefinition, 'fields'>): Fields {
  return new Map(fields.map((field) => [field.name, field]));
}
