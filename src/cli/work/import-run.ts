import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportAnswer, ImportBatchAnswer, ImportCheckAnswer, StartedImport } from '../../api/contract/imports.js';
import type { ImportKind } from '../../sources/file/fields.js';
import type { CliContext } from '../context.js';
import { CliFailure } from '../failure.js';
import { type Encoding, type SurveyedFile, surveyFile } from './import-file.js';
import { type Group, grouped, readLines } from './import-lines.js';
import { readMapping } from './import-mapping.js';

export interface ImportOptions {
  readonly mapping?: string;
  readonly trigger?: boolean;
  readonly asOf?: string;
  readonly encoding?: Encoding;
}

export type LineFault = ImportBatchAnswer['faults'][number];

/** What an import came to, or would. */
export interface ImportRun {
  readonly file: SurveyedFile;
  readonly read: Readonly<Record<string, string>>;
  readonly unread: readonly string[];
  readonly taken: number;
  readonly faulty: number;
  readonly leftOut: Readonly<Record<string, number>>;
  /** The first ones. */
  readonly faults: readonly LineFault[];
  readonly import: ImportAnswer | null;
  /** How many lines, or groups of lines, were dealt with before this run. */
  readonly resumedAt: number;
  readonly seconds: number;
}

/** Groups that are sent at once: a second or two of work, so that a kill costs no more. */
const atOnce = 1_000;
/** Characters of JSON that are sent at once, far below what the server takes. */
const mostCharacters = 4 * 1024 * 1024;
const mostFaults = 10;

/** How a file comes to the server. `tell`: progress, some times a minute. */
type Way = (opened: Opened, tell: (line: string) => void) => Promise<Omit<ImportRun, 'file' | 'seconds'>>;

type Opened = Awaited<ReturnType<typeof openFile>> & {
  readonly startedAt: number;
  readonly api: Awaited<ReturnType<CliContext['client']>>;
};

function through(way: Way) {
  return async (
    context: CliContext,
    kind: ImportKind,
    path: string,
    options: ImportOptions,
    tell: (line: string) => void,
  ): Promise<ImportRun> => {
    const startedAt = performance.now();
    const opened = await openFile(context, kind, path, options);
    const run = await way({ ...opened, startedAt, api: await context.client() }, tell);
    return { file: opened.file, ...run, seconds: (performance.now() - startedAt) / 1000 };
  };
}

/** Sends a file to a running Sojourn, from where it stood. */
export const runImport = through(async ({ api, wanted, file, lines, startedAt }, tell) => {
  const digest = createHash('sha256')
    .update(JSON.stringify([file.digest, file.encoding, wanted.mapping, wanted.triggers]))
    .digest('hex');
  const started = await api.post<StartedImport>('/v1/imports', { ...wanted, digest });
  const resumedAt = started.import.position;
  const faults: LineFault[] = [];
  let now = started.import;
  if (now.finishedAt === null) {
    const groups = skip(grouped(lines, started.groupBy), resumedAt);
    for await (const { batch, isLast } of inBatches(groups)) {
      const answer = await patiently(
        () => api.post<ImportBatchAnswer>(`/v1/imports/${now.id}/lines`, { from: now.position, groups: batch, isLast }),
        tell,
      );
      now = answer.import;
      keepFirst(faults, answer.faults);
      tell(progressOf(now, resumedAt, performance.now() - startedAt));
    }
  }
  const { taken, faulty, leftOut } = now;
  return { read: started.read, unread: started.unread, taken, faulty, leftOut, faults, import: now, resumedAt };
});

/** The same without writing anything. */
export const checkImport = through(async ({ api, wanted, lines }, tell) => {
  const first = await api.post<ImportCheckAnswer>('/v1/import-checks', { ...wanted, groups: [] });
  const sum = { taken: 0, faulty: 0, leftOut: {} as Record<string, number>, faults: [] as LineFault[] };
  for await (const { batch } of inBatches(grouped(lines, first.groupBy))) {
    const answer = await api.post<ImportCheckAnswer>('/v1/import-checks', { ...wanted, groups: batch });
    sum.taken += answer.taken;
    sum.faulty += answer.faults.length;
    for (const [why, count] of Object.entries(answer.leftOut)) sum.leftOut[why] = (sum.leftOut[why] ?? 0) + count;
    keepFirst(sum.faults, answer.faults);
    tell(`${sum.taken + sum.faulty} looked at`);
  }
  return { read: first.read, unread: first.unread, ...sum, import: null, resumedAt: 0 };
});

/** More faults are counted, and not kept. */
function keepFirst(faults: LineFault[], more: readonly LineFault[]): void {
  faults.push(...more.slice(0, mostFaults - faults.length));
}

async function openFile(context: CliContext, kind: ImportKind, path: string, options: ImportOptions) {
  const file = await surveyFile(path, options.encoding ?? null);
  const mapping = await readMapping(kind, options.mapping, context.project);
  const { header, lines } = await readLines(file);
  const asOf = options.asOf === undefined ? file.changedAt : Date.parse(options.asOf);
  if (!Number.isFinite(asOf)) throw new CliFailure('--as-of must be a point in time, such as 2026-11-30 or 2026-11-30T18:00:00Z.', 2);
  const wanted = {
    mapping,
    header,
    file: basename(path).slice(0, 255),
    triggers: options.trigger === true,
    asOf: new Date(asOf).toISOString(),
  };
  return { file, lines, wanted };
}

async function* skip(groups: AsyncIterable<Group>, count: number): AsyncGenerator<Group> {
  let at = 0;
  for await (const group of groups) {
    at += 1;
    if (at > count) yield group;
  }
}

/** The last may be empty: it says that the file is at its end. */
async function* inBatches(groups: AsyncIterable<Group>): AsyncGenerator<{ readonly batch: readonly Group[]; readonly isLast: boolean }> {
  let batch: Group[] = [];
  let characters = 0;
  for await (const group of groups) {
    batch.push(group);
    characters += JSON.stringify(group.rows).length;
    if (batch.length < atOnce && characters < mostCharacters) continue;
    yield { batch, isLast: false };
    batch = [];
    characters = 0;
  }
  yield { batch, isLast: true };
}

/** A server that restarts is waited for: what it had taken when it went is taken once. */
async function patiently<T>(ask: () => Promise<T>, tell: (line: string) => void): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof CliFailure ? error.details === null : error instanceof TypeError;
      if (!mayPass) throw error;
      if (attempt === mostAttempts)
        throw new CliFailure('Sojourn does not answer. The import stands where it was: give the same command again to go on.');
      tell('Sojourn does not answer: trying again');
      await pause(2_000);
    }
  }
}

const mostAttempts = 30;

function progressOf({ position, faulty }: ImportAnswer, resumedAt: number, ms: number): string {
  const rate = Math.round((position - resumedAt) / Math.max(0.001, ms / 1000));
  return `${position} done, ${faulty} faulty, ${rate} a second`;
}
