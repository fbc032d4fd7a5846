import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExperimentSpecification, ExportedExposure } from '../../api/contract/experiments.js';
import type { Page } from '../../api/contract/shared.js';
import { exportScript } from '../../experiments/export-script.js';
import type { ApiClient } from '../client.js';
import type { CliContext, Outcome } from '../context.js';

/** `experiment export <id>`: three files. The rows are written page by page, so their number does not matter. */
export async function exportExperiment(
  context: CliContext,
  id: string,
  { to = `experiment-${id}` }: { readonly to?: string },
): Promise<Outcome> {
  const api = await context.client();
  const path = `/v1/experiments/${encodeURIComponent(id)}`;
  const specification = await api.get<ExperimentSpecification>(`${path}/specification`);
  await mkdir(to, { recursive: true });
  await pipeline(csvOf(api, `${path}/exposures`), createWriteStream(join(to, 'exposures.csv')));
  await writeFile(join(to, 'specification.json'), specificationText(specification));
  await writeFile(join(to, 'recompute.py'), exportScript);
  return {
    value: { folder: to },
    text: `${to} has exposures.csv, specification.json and recompute.py. python3 ${join(to, 'recompute.py')} computes the numbers again.`,
  };
}

export function specificationText(specification: ExperimentSpecification): string {
  return `${JSON.stringify({ ...specification, asOfMs: Date.parse(String(specification.asOf)) }, null, 2)}\n`;
}

async function* csvOf(api: ApiClient, path: string): AsyncGenerator<string> {
  yield `${columns.join(',')}\n`;
  let cursor: string | null = null;
  do {
    const page: Page<ExportedExposure> = await api.get(path, { limit: 5_000, ...(cursor === null ? {} : { cursor }) });
    if (page.items.length > 0) yield csvRows(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

const columns = [
  'unit',
  'arm',
  'version',
  'at',
  'windowMs',
  'orders',
  'net',
  'discount',
  'margin',
  'bareNet',
  'bareDiscount',
  'refunded',
  'unsubscribed',
  'complained',
  'stopped',
  'hasTwoArms',
  'isLater',
] as const satisfies readonly (keyof ExportedExposure)[];

/** Ids are ours, arms are names of the file: nothing needs quotes. Instants as milliseconds. */
function csvRows(rows: readonly ExportedExposure[]): string {
  return rows
    .map((row) => `${columns.map((name) => (name === 'at' ? Date.parse(String(row.at)) : String(row[name]))).join(',')}\n`)
    .join('');
}
