import { closeSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds the folder. `startedAt` tells a process from a later one with the same pid; null where the system does not say. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string | null;
}

/** Held until released; the file `<folder>.lock` beside the folder shows it to other processes. */
export interface FolderLock {
  readonly release: () => void;
}

/**
 * Takes the lock of a database folder. PGlite itself takes none: a second process on the same folder would silently destroy rows. A lock is
 * taken over only when its holder is dead, never by age, since a busy holder is alive. Throws a sentence if it is taken.
 */
export function lockFolder(folder: string): FolderLock {
  const path = `${folder}.lock`;
  const me = thisProcess();
  if (!tryCreate(path, me)) takeOver(path, me, folder);
  return {
    release: () => {
      if (isSame(readHolder(path), me)) unlinkSync(path);
    },
  };
}

/** Only one process at a time may judge a lock and replace it; else two could both find it dead and both take it. */
function takeOver(path: string, me: Holder, folder: string): void {
  const judge = `${path}.takeover`;
  if (!tryCreate(judge, me)) {
    const other = readHolder(judge);
    if (!other || isAlive(other)) throw heldError(folder, path, other);
    unlinkSync(judge);
    if (!tryCreate(judge, me)) throw heldError(folder, path, readHolder(judge));
  }
  try {
    const holder = readHolder(path);
    if (holder && (holder.host !== me.host || isAlive(holder))) throw heldError(folder, path, holder);
    if (!holder && !tryCreate(path, me)) unreadable(folder, path);
    if (holder) {
      unlinkSync(path);
      if (!tryCreate(path, me)) throw heldError(folder, path, readHolder(path));
    }
  } finally {
    unlinkSync(judge);
  }
}

function heldError(folder: string, path: string, holder: Holder | null): Error {
  const self = thisProcess();
  if (holder && holder.host !== self.host) {
    return new Error(
      `The database folder ${folder} was locked on another machine or container (${holder.host}, process ${holder.pid}). ` +
        `Stop Sojourn there first; if it is certain that nothing uses the folder, delete ${path}.`,
    );
  }
  const who = holder ? `process ${holder.pid}${holder.pid === self.pid ? ' (this very process)' : ''}` : 'another process';
  return new Error(
    `The database folder ${folder} is in use by ${who}. Only one process may open it: stop that one first, or choose another folder with SOJOURN_DATA.`,
  );
}

function unreadable(folder: string, path: string): never {
  throw new Error(`The lock ${path} of the database folder ${folder} cannot be read. If nothing uses the folder, delete that file.`);
}

/** False when the file is there already. */
function tryCreate(path: string, holder: Holder): boolean {
  let fd: number;
  try {
    fd = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(fd, JSON.stringify(holder));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return true;
}

/** Null when the file is gone, or holds nothing sensible (its writer died, or is still writing). */
function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
    const host = 'host' in value && typeof value.host === 'string' ? value.host : '';
    const startedAt = 'startedAt' in value && typeof value.startedAt === 'string' ? value.startedAt : null;
    return { pid: value.pid, host, startedAt };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname(), startedAt: startOf(process.pid) };
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const startedAt = startOf(holder.pid);
  return startedAt === null || holder.startedAt === null || startedAt === holder.startedAt;
}

/** Boot and start time of a process, where /proc tells it. A pid is used again after a restart, the pair is not. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The name, in parentheses, may itself hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A dead process that nobody has waited for yet holds nothing.
    if (fields[0] === 'Z') return 'gone';
    return `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}

function isSame(a: Holder | null, b: Holder): boolean {
  return a !== null && a.pid === b.pid && a.host === b.host && a.startedAt === b.startedAt;
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
