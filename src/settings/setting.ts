import type { z } from 'zod';

/**
 * One setting: where it comes from, what it means, and what it is when absent. `docs/operations.md` and `sojourn config` show this table.
 */
export interface Setting {
  readonly schema: z.ZodType;
  readonly meaning: string;
  readonly secret?: true;
}

/** By name, as the environment has it. */
export type SettingTable = Readonly<Record<string, Setting>>;

/** What a table of settings is read to. */
export type ValuesOf<Table extends SettingTable> = { readonly [Name in keyof Table]: z.output<Table[Name]['schema']> };
