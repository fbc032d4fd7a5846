import { CliFailure } from './failure.js';
import { readSource } from './source-file.js';

/** The JSON of a file that a template reads as `data`. Throws a CliFailure where it is none. */
export async function readData(file: string): Promise<unknown> {
  const text = (await readSource(file)).source;
  try {
    return JSON.parse(text);
  } catch {
    throw new CliFailure(`The file ${file} is not valid JSON: check its commas, quotes and braces.`, 2);
  }
}
