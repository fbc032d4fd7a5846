import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { temporal } from '@temporalio/proto';
import { opset } from '../../workflows/contract.js';

const root = join(import.meta.dirname, '..', 'histories');

export interface RecordedHistory {
  /** `opset-1/exit-during-wait` */
  readonly name: string;
  /** Protobuf JSON, as `temporal workflow show -o json` writes it too. */
  readonly json: unknown;
}

/** Every recorded history, of every era. Files are only added while runs of their era may be open. */
export async function recordedHistories(): Promise<readonly RecordedHistory[]> {
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.json'));
  return await Promise.all(
    names.sort().map(async (name) => ({
      name: name.slice(0, -'.json'.length),
      json: JSON.parse(await readFile(join(root, name), 'utf8')) as unknown,
    })),
  );
}

/** Writes a history when asked for (tools/record-histories.mjs), without the name of the machine. */
export async function recordHistory(shape: string, history: temporal.api.history.v1.IHistory): Promise<void> {
  if (process.env['RECORD_HISTORIES'] !== '1') return;
  const folder = join(root, `opset-${opset}`);
  await mkdir(folder, { recursive: true });
  const text = historyToJSON(history)
    .replaceAll(new RegExp(`\\d+@${hostname()}`, 'g'), 'recorder')
    .replaceAll(hostname(), 'recorder');
  await writeFile(join(folder, `${basename(shape)}.json`), `${JSON.stringify(JSON.parse(text), null, 1)}\n`);
}
