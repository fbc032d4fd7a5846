import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startChild } from '../../examples/instance.js';

/** Resident megabytes (2^20 bytes) of an idle instance with everything embedded. */
export interface Resident {
  /** Of the whole process tree. */
  readonly total: number;
  readonly node: number;
  readonly temporal: number;
  /** Seconds from the start of the process until it was healthy. */
  readonly readyAfter: number;
}

export interface MemoryResult {
  readonly firstStart: Resident;
  readonly secondStart: Resident;
}

/** Starts an instance on a new data folder, and again on the same, and reads what each holds when it has been idle. */
export async function benchMemory(idleSeconds: number, say: (line: string) => void): Promise<MemoryResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-bench-memory-'));
  const once = async (name: string): Promise<Resident> => {
    const began = performance.now();
    const instance = await startChild(join(folder, 'data'));
    const readyAfter = (performance.now() - began) / 1000;
    try {
      await sleep(idleSeconds * 1000);
      const resident = { ...(await residentOf(instance.process.pid ?? 0)), readyAfter };
      say(`memory, ${name} start: ${resident.total.toFixed(0)} MB, healthy after ${readyAfter.toFixed(1)} s`);
      return resident;
    } finally {
      await instance.stop();
    }
  };
  try {
    return { firstStart: await once('first'), secondStart: await once('second') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the tree of processes under this one. */
export async function residentOf(root: number): Promise<Omit<Resident, 'readyAfter'>> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm=']);
  const processes = stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = '', parent = '', kilobytes = '', ...command] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), megabytes: Number(kilobytes) / 1024, command: command.join(' ') };
    });
  const tree = new Set([root]);
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
  }
  const mine = processes.filter(({ pid }) => tree.has(pid));
  const sum = (list: typeof mine): number => list.reduce((total, { megabytes }) => total + megabytes, 0);
  return {
    total: sum(mine),
    node: sum(mine.filter(({ pid }) => pid === root)),
    temporal: sum(mine.filter(({ command }) => /temporal/.test(command))),
  };
}
