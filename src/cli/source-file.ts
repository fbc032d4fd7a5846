import { readFile } from 'node:fs/promises';
import { decodeText } from '../domain/values/decode-text.js';
import { CliFailure } from './failure.js';

/** A file that someone named, with its text. */
export interface SourceFile {
  readonly file: string;
  readonly source: string;
}

/** Throws a `CliFailure` (2) when there is none. */
export async function readSource(file: string): Promise<SourceFile> {
  const bytes = await readFile(file).catch(() => {
    throw new CliFailure(`There is no file ${file} that can be read.`, 2);
  });
  return { file, source: decodeText(bytes) };
}
