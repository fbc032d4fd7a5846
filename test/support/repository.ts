import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../examples/instance.js';

/** The text of a file of this repository. */
export function textOf(file: string): string {
  return readFileSync(join(packageFolder(), file), 'utf8');
}

export function isThere(file: string): boolean {
  return existsSync(join(packageFolder(), file));
}

/** Files of this repository: what git knows of, or, in a copy without git, what a build or an installation did not make. */
export function repositoryFiles(): readonly string[] {
  const root = packageFolder();
  try {
    return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n')
      .filter((file) => file !== '' && isThere(file));
  } catch {
    return filesUnder('');
  }
}

const made: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.sojourn', 'coverage', '.env']);

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(packageFolder(), folder), { withFileTypes: true }).flatMap((entry) => {
    if (made.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
