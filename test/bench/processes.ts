import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  /** Milliseconds, with those of children that have ended. */
  readonly cpuMs: number;
}

/** Linux counts CPU time in hundredths of a second, whatever the machine. */
const tickMs = 10;

/**
 * CPU milliseconds that all processes started by this one, and by them, have used so far, without this one itself; null where there is no
 * /proc. Unlike rates it hardly depends on what else the machine does.
 */
export function cpuOfDescendants(root: number = process.pid): number | null {
  const all = readProcesses();
  return all === null ? null : descendants(all, root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

function descendants(all: readonly Process[], root: number): readonly Process[] {
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.filter(({ pid }) => pid !== root && tree.has(pid));
}

function readProcesses(): readonly Process[] | null {
  let names: readonly string[];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  return names.flatMap((name) => {
    try {
      const [, command = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      // After the command: state, parent … utime, stime, cutime, cstime are the 12th to the 15th.
      const fields = rest.split(' ').map(Number);
      const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
      return [{ pid: Number(name), parent: fields[1] ?? 0, command, cpuMs: ticks * tickMs }];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
