import type { RawBuilder } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Database } from './schema.js';

export type TableName = keyof Database;
type ColumnOf<Name extends TableName> = keyof Database[Name] & string;

/** What a table does with a person, or why it holds nothing of one. `person-tables.ts` has a value for each table. */
export type TableRule<Name extends TableName = TableName> = PersonTable<Name> | { readonly kind: 'nobody'; readonly why: string };

/** A table with rows of people. Each column that holds text or JSON is either taken away by `erase` or named in `keeps`. */
export interface PersonTable<Name extends TableName = TableName> {
  readonly kind: 'person';
  readonly merge: MergeRule<Name>;
  /** The statements that take the person out of it, in this order; none: all of it stays. */
  readonly erase: (person: ErasedPerson) => readonly RawBuilder<unknown>[];
  /** Text and JSON that an erasure leaves, since it tells nothing of the person. */
  readonly keeps: readonly ColumnOf<Name>[];
  readonly export: ExportRule<Name>;
  /** Every address in it, as it was said: a select of (email, phone, traits that are addresses of other channels). */
  readonly addresses?: (ids: RawBuilder<unknown>) => RawBuilder<unknown>;
}

/** What a merge of two profiles does with the rows, and the undo of that merge. */
export type MergeRule<Name extends TableName = TableName> =
  /**
   * Rows follow by `profile_id`, and go back when the merge is undone: the moved rows, by the column `row`, and the rows for which `since`
   * is true, which came later under an id of the merged profile. `unless`: rows that cannot follow; `t` is the row.
   */
  | {
      readonly kind: 'moves';
      readonly row: ColumnOf<Name>;
      readonly since?: (told: ToldSince) => RawBuilder<unknown>;
      readonly unless?: (intoId: string) => RawBuilder<unknown>;
    }
  /** Its rows are a part of a row of that table, and go where that goes. */
  | { readonly kind: 'follows'; readonly table: TableName }
  /** Rows stay where they are. Who reads them reads those of all profiles that became one. */
  | { readonly kind: 'stays'; readonly why: string }
  /** A rule of its own, there. */
  | { readonly kind: 'own'; readonly where: string };

/** What the person's copy of their data has of it. */
export type ExportRule<Name extends TableName = TableName> =
  /** A list by this name: one row with one JSON array. `ids`: `any(…)` of all profiles that are the person. */
  | ({ readonly kind: 'list'; readonly name: string; readonly rows: (ids: RawBuilder<unknown>) => RawBuilder<unknown> } & LeavesOut<Name>)
  /** `showProfile` shows it, or the list of that table. */
  | ({ readonly kind: 'shown'; readonly by: 'profile' | TableName } & LeavesOut<Name>)
  | { readonly kind: 'nothing'; readonly why: string };

interface LeavesOut<Name extends TableName> {
  /** Columns that an erasure takes away and the copy does not have, with the reason. */
  readonly leavesOut?: Readonly<Partial<Record<ColumnOf<Name>, string>>>;
}

/** All profiles that are one person, what they were known by, and when they are erased. */
export interface ErasedPerson {
  /** `any(…)` of the profiles' ids. */
  readonly ids: RawBuilder<unknown>;
  readonly addresses: KnownAddresses;
  readonly at: Instant;
}

/** Addresses that a person has or had, as they were said. */
export interface KnownAddresses {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/** What came in since a merge under the ids of the profile that gave way. */
export interface ToldSince {
  readonly fromId: string;
  readonly mergedAt: Instant;
  readonly events: readonly string[];
  readonly orders: readonly string[];
}
