import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { LookInputs } from '../experiments/look.js';
import type { TestState } from '../statistics/decision.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';

/** A look with its result, and all that it was made of. */
export interface StoredLook {
  readonly seq: number;
  readonly experiment: string;
  readonly seed: string;
  readonly version: number;
  readonly day: number;
  readonly at: Instant;
  readonly inputs: LookInputs;
  readonly inputsHash: string;
  readonly state: TestState;
  /** The number of the planned look; null: it was none. */
  readonly look: number | null;
  readonly alphaSpent: number;
  readonly splitP: number;
  readonly mostFactor: number;
  readonly codeVersion: string;
}

/** One run of an experiment. */
export interface RunId {
  readonly id: string;
  readonly seed: string;
}

const columns = sql`seq, experiment, seed, version, day, at, inputs, inputs_hash as "inputsHash", state, look, alpha_spent as "alphaSpent",
  split_p as "splitP", most_factor as "mostFactor", code_version as "codeVersion"`;

/** Newest first, at most `limit`. */
export async function listLooks(db: Db | Trx, { id, seed }: RunId, limit: number): Promise<readonly StoredLook[]> {
  const { rows } = await sql<StoredLook>`select ${columns} from experiment_looks where experiment = ${id} and seed = ${seed}
    order by seq desc limit ${limit}`.execute(db);
  return rows;
}

export async function newestLook(db: Db | Trx, run: RunId): Promise<StoredLook | null> {
  return (await listLooks(db, run, 1))[0] ?? null;
}

/** The look that decided; null: none did. */
export async function firstDecidedLook(db: Db | Trx, { id, seed }: RunId): Promise<StoredLook | null> {
  const { rows } = await sql<StoredLook>`select ${columns} from experiment_looks where experiment = ${id} and seed = ${seed}
    and state ->> 'kind' not in ('collecting', 'look', 'earning') order by day limit 1`.execute(db);
  return rows[0] ?? null;
}

/** Null: another process took this day's look. */
export async function addLook(trx: Trx, look: Omit<StoredLook, 'seq'>): Promise<number | null> {
  const { rows } = await sql<{ readonly seq: number }>`insert into experiment_looks
      (experiment, seed, version, day, at, inputs, inputs_hash, state, look, alpha_spent, split_p, most_factor, code_version)
    values (${look.experiment}, ${look.seed}, ${look.version}, ${look.day}, ${look.at}::bigint, ${jsonText(look.inputs)}::jsonb, ${look.inputsHash},
      ${jsonText(look.state)}::jsonb, ${look.look}, ${look.alphaSpent}, ${look.splitP}, ${look.mostFactor}, ${look.codeVersion})
    on conflict (experiment, seed, day) do nothing returning seq`.execute(trx);
  return rows[0]?.seq ?? null;
}

/** What somebody, or the rule, did with an experiment. */
export interface ExperimentAct {
  readonly kind: 'decide' | 'reverse' | 'reveal';
  readonly arm: string | null;
  /** Arms of their own, by segment; null: none has one. */
  readonly segments: Readonly<Record<string, string>> | null;
  /** The look that was known. */
  readonly lookSeq: number | null;
  /** An actor's id, or `rule`. */
  readonly madeBy: string;
  readonly reason: string | null;
  readonly at: Instant;
}

export async function addAct(
  db: Db | Trx,
  { id, seed }: RunId,
  { kind, arm, segments, lookSeq, madeBy, reason, at }: ExperimentAct,
): Promise<void> {
  await sql`insert into experiment_acts (experiment, seed, kind, arm, segments, look_seq, made_by, reason, at)
    values (${id}, ${seed}, ${kind}, ${arm}, ${segments === null ? null : jsonText(segments)}::jsonb, ${lookSeq}, ${madeBy}, ${reason}, ${at}::bigint)`.execute(
    db,
  );
}

/** Newest first. */
export async function listActs(db: Db | Trx, { id, seed }: RunId, limit: number): Promise<readonly ExperimentAct[]> {
  const { rows } =
    await sql<ExperimentAct>`select kind, arm, segments, look_seq as "lookSeq", made_by as "madeBy", reason, at from experiment_acts
    where experiment = ${id} and seed = ${seed} order by seq desc limit ${limit}`.execute(db);
  return rows;
}

/** One at a time decides about a run, until the transaction ends. */
export async function lockRun(trx: Trx, { id, seed }: RunId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.experiment'), hashtext(${`${id}/${seed}`}))`.execute(trx);
}

/** Definitions by version, of one experiment: for the weights that were in force. */
export async function versionsOfExperiment(
  db: Db | Trx,
  id: string,
): Promise<readonly { readonly version: number; readonly definition: unknown }[]> {
  const { rows } = await sql<{ readonly version: number; readonly definition: unknown }>`select version, definition from definition_versions
    where kind = 'experiment' and id = ${id} and definition is not null order by version`.execute(db);
  return rows;
}
