import { opens, type Scope } from '../keys/scopes.js';
import { day } from '../time/instant.js';

/** How the value of a field looks. */
export const fieldTypes = ['text', 'number', 'flag', 'date', 'choice', 'choices'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** Kinds of data that the law protects more (GDPR Art. 9). */
export const specialKinds = ['health', 'beliefs', 'politics', 'origin', 'sexuality', 'biometric'] as const;
export type SpecialKind = (typeof specialKinds)[number];

/** The scope of the API key that may read it; `nobody`: only journeys, segments and templates do. */
export const fieldReaders = ['read', 'privacy', 'nobody'] as const;
export type FieldReader = (typeof fieldReaders)[number];

/** A trait or an answer of a person, as `fields.yaml` declares it. */
export interface Field {
  readonly name: string;
  /** For people. */
  readonly label: string;
  readonly type: FieldType;
  /** What `choice` and `choices` may be; empty: anything. */
  readonly choices: readonly string[];
  /** Of a number; null: no bound. */
  readonly min: number | null;
  readonly max: number | null;
  readonly purpose: string;
  /** Where its values come from: `quiz`, `checkout`, `support`. */
  readonly source: string;
  /** Milliseconds for which a value is kept; null: as long as the person is known here. */
  readonly keepMs: number | null;
  /** Milliseconds after which an answer may be asked again, and counts as unknown. */
  readonly validMs: number;
  readonly visibleTo: FieldReader;
  /** Null: nothing special. A special value has a consent of its own, and is encrypted where it is kept. */
  readonly special: SpecialKind | null;
}

/** The fields in force, by their names. */
export type Fields = ReadonlyMap<string, Field>;

export const noFields: Fields = new Map();

/** Milliseconds for which a value counts if no line of `fields.yaml` says it. */
export const usualValidMs = 365 * day;

/** Whether an API key with these scopes may see values of it. What nobody declared, every key that reads people may. */
export function mayRead(field: Pick<Field, 'visibleTo'> | undefined, scopes: readonly Scope[]): boolean {
  if (field === undefined) return true;
  return field.visibleTo !== 'nobody' && opens(scopes, field.visibleTo);
}
