import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { CliFailure } from '../failure.js';

/** Which letters the bytes of a file mean. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof encodings)[number];

/** What is known of a file before its lines are read. */
export interface SurveyedFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of its bytes. */
  readonly digest: string;
  readonly encoding: Encoding;
  /** Its byte-order mark said so, or its bytes allow nothing else, or somebody told us. */
  readonly encodingBy: 'mark' | 'bytes' | 'told';
  /** When it was written last. */
  readonly changedAt: number;
}

/** Reads the file once: what it is known by, and which letters it is written in. Throws a `CliFailure` where that cannot be told. */
export async function surveyFile(path: string, told: Encoding | null): Promise<SurveyedFile> {
  const stats = await stat(path).catch(() => null);
  if (stats === null || !stats.isFile()) throw new CliFailure(`There is no file ${path} that can be read.`, 2);
  if (stats.size === 0) throw new CliFailure(`${path} is empty.`, 2);
  const start = await beginningOf(path);
  const marked = told ?? byMark(start);
  const hash = createHash('sha256');
  const utf8 = marked === null ? new TextDecoder('utf-8', { fatal: true }) : null;
  let isUtf8 = true;
  let isWindows = true;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (utf8 === null) continue;
    isUtf8 &&= decodes(utf8, chunk, true);
    isWindows &&= !chunk.some((byte) => noWindowsLetter.has(byte));
  }
  if (utf8 !== null) isUtf8 &&= decodes(utf8, Buffer.alloc(0), false);
  const file = { path, bytes: stats.size, digest: hash.digest('hex'), changedAt: Math.floor(stats.mtimeMs) };
  if (marked !== null) return { ...file, encoding: marked, encodingBy: told === null ? 'mark' : 'told' };
  if (isUtf8) return { ...file, encoding: 'utf-8', encodingBy: 'bytes' };
  if (isWindows) return { ...file, encoding: 'windows-1252', encodingBy: 'bytes' };
  throw new CliFailure(`${path} is neither UTF-8 nor Windows-1252: save it as "CSV UTF-8", or name its encoding with --encoding.`, 2);
}

/** Bytes that Windows-1252 gives no letter. */
const noWindowsLetter: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d, 0x00]);

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** By its mark; without one, UTF-16 shows itself by a zero in every other byte of plain letters. */
function byMark(start: Buffer): Encoding | null {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const zeros = [0, 1].map((at) => start.filter((byte, index) => index % 2 === at && byte === 0).length);
  const half = start.length / 2;
  if ((zeros[1] ?? 0) > half * 0.4 && zeros[0] === 0) return 'utf-16le';
  return (zeros[0] ?? 0) > half * 0.4 && zeros[1] === 0 ? 'utf-16be' : null;
}

function decodes(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer, stream: boolean): boolean {
  try {
    decoder.decode(chunk, { stream });
    return true;
  } catch {
    return false;
  }
}

/** The text of the file, a piece at a time, without its mark. */
export async function* textOf({ path, encoding }: SurveyedFile): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
