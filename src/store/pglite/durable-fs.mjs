// Plain JavaScript: a worker thread and a child process run these files as they are, from the sources and from the build alike.
import { closeSync, fdatasyncSync, fsyncSync, openSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * What we use of Emscripten's NODEFS: one object per instance, whose functions every open file goes through.
 * @typedef {{ name: string, parent: FsNode, mount: { opts: { root: string } } }} FsNode
 * @typedef {{ nfd: number, node: FsNode }} FsStream
 * @typedef {(...args: never[]) => unknown} Op
 * @typedef {{ node_ops: Record<string, Op>, stream_ops: Record<string, Op>, realPath(node: FsNode): string }} NodeFsOps
 */

/**
 * PGlite runs with fsync off and its Node file system offers no fsync at all, so a power cut can leave a folder that does not open.
 * This file system remembers what was written. `syncWal()` makes the write-ahead log durable (after each commit); before
 * `pg_control` changes, which is when a checkpoint declares older log to be superfluous, everything else is made durable first, as the
 * real server does. So at no instant does the disk hold a control file that speaks of data which is not there.
 */
export class DurableNodeFS extends NodeFS {
  /** @type {Set<string>} */
  #dirtyWal = new Set();
  /** @type {Set<string>} */
  #dirtyData = new Set();
  /** @type {Set<string>} */
  #dirtyFolders = new Set();
  /** How often the log was made durable. */
  walSyncs = 0;
  /** Writes seen; none after opening means that the hook no longer holds. */
  writes = 0;

  /**
   * @override
   * @param {Parameters<NodeFS['init']>[0]} pg
   * @param {Parameters<NodeFS['init']>[1]} options
   */
  async init(pg, options) {
    const { emscriptenOpts } = await super.init(pg, options);
    const watch = (/** @type {unknown} */ mod) => this.#watch(/** @type {{ NODEFS: NodeFsOps }} */ (mod).NODEFS);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [watch, ...(emscriptenOpts.preRun ?? [])] } };
  }

  /** Called by PGlite after statements of its own; ours are synced by the worker. @override */
  async syncToFs() {
    this.syncWal();
  }

  /** Makes every committed transaction durable. Costs one fdatasync when something was written, nothing otherwise. */
  syncWal() {
    if (this.#dirtyWal.size === 0 && !this.#dirtyFolders.has(this.#walFolder)) return;
    this.walSyncs++;
    flush(this.#dirtyWal, fdatasyncSync);
    if (this.#dirtyFolders.delete(this.#walFolder)) flushPath(this.#walFolder, fsyncSync);
  }

  /** Makes everything durable. */
  syncAll() {
    this.syncWal();
    flush(this.#dirtyData, fsyncSync);
    flush(this.#dirtyFolders, fsyncSync);
  }

  get #walFolder() {
    return join(this.rootDir, 'pg_wal');
  }

  /** @param {NodeFsOps} nodefs */
  #watch(nodefs) {
    const { stream_ops: streams, node_ops: nodes } = nodefs;
    const controlFile = join(this.rootDir, 'global', 'pg_control');

    const touched = (/** @type {string} */ path) => {
      this.writes++;
      if (path.startsWith(`${this.#walFolder}/`)) this.#dirtyWal.add(path);
      else this.#dirtyData.add(path);
    };
    const entryChanged = (/** @type {string} */ path) => this.#dirtyFolders.add(dirname(path));

    const write = /** @type {(stream: FsStream, ...rest: unknown[]) => unknown} */ (streams['write']);
    streams['write'] = (/** @type {FsStream} */ stream, /** @type {unknown[]} */ ...rest) => {
      const path = nodefs.realPath(stream.node);
      if (path !== controlFile) {
        touched(path);
        return write(stream, ...rest);
      }
      this.syncAll();
      const written = write(stream, ...rest);
      fsyncSync(stream.nfd);
      return written;
    };

    const setStreamAttr = /** @type {(stream: FsStream, attr: unknown) => unknown} */ (streams['setattr']);
    streams['setattr'] = (/** @type {FsStream} */ stream, /** @type {unknown} */ attr) => {
      touched(nodefs.realPath(stream.node));
      return setStreamAttr(stream, attr);
    };

    const setNodeAttr = /** @type {(node: FsNode, attr: unknown) => unknown} */ (nodes['setattr']);
    nodes['setattr'] = (/** @type {FsNode} */ node, /** @type {unknown} */ attr) => {
      touched(nodefs.realPath(node));
      return setNodeAttr(node, attr);
    };

    const mknod = /** @type {(parent: FsNode, name: string, ...rest: unknown[]) => FsNode} */ (nodes['mknod']);
    nodes['mknod'] = (/** @type {FsNode} */ parent, /** @type {string} */ name, /** @type {unknown[]} */ ...rest) => {
      const node = mknod(parent, name, ...rest);
      const path = nodefs.realPath(node);
      entryChanged(path);
      touched(path);
      return node;
    };

    const rename = /** @type {(node: FsNode, folder: FsNode, name: string) => void} */ (nodes['rename']);
    nodes['rename'] = (/** @type {FsNode} */ node, /** @type {FsNode} */ folder, /** @type {string} */ name) => {
      const from = nodefs.realPath(node);
      const to = join(nodefs.realPath(folder), name);
      rename(node, folder, name);
      entryChanged(from);
      entryChanged(to);
      for (const dirty of [this.#dirtyWal, this.#dirtyData]) dirty.delete(from);
      touched(to);
    };

    for (const removal of ['unlink', 'rmdir']) {
      const remove = /** @type {(parent: FsNode, name: string) => void} */ (nodes[removal]);
      nodes[removal] = (/** @type {FsNode} */ parent, /** @type {string} */ name) => {
        const path = join(nodefs.realPath(parent), name);
        remove(parent, name);
        entryChanged(path);
        for (const dirty of [this.#dirtyWal, this.#dirtyData, this.#dirtyFolders]) dirty.delete(path);
      };
    }
  }
}

/**
 * @param {Set<string>} paths emptied
 * @param {(fd: number) => void} sync
 */
function flush(paths, sync) {
  for (const path of paths) flushPath(path, sync);
  paths.clear();
}

/**
 * @param {string} path
 * @param {(fd: number) => void} sync
 */
function flushPath(path, sync) {
  let fd;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    // Gone meanwhile (a temporary file): nothing to keep.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    sync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * The folder as NODEFS will name it, so that paths compare equal.
 * @param {string} folder
 */
export function canonicalFolder(folder) {
  return realpathSync(resolve(folder));
}
