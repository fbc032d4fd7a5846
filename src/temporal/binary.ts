import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, chmod, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { downloadedVersion, downloadTemporal, officialRelease, type Release } from './download.js';
import { packageRoot } from './package-root.js';

const run = promisify(execFile);

/** A program that answers `server start-dev`. */
export interface TemporalBinary {
  readonly path: string;
  /** As `temporal --version` prints it; names the server's version, on which the database depends. */
  readonly version: string;
}

export interface ResolveOptions {
  /** TEMPORAL_CLI_PATH; when absent, that of the environment. */
  readonly cliPath?: string | undefined;
  /** Told of what takes long, in sentences. */
  readonly onProgress: (line: string) => void;
  /** Environment to look in; for tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where to download from; for tests. */
  readonly release?: Release;
}

/** No server for the embedded mode; the message lists what was tried and what to do. */
export class NoTemporalBinary extends Error {
  override readonly name = 'NoTemporalBinary';
}

/**
 * Finds the Temporal dev server, in this order: `TEMPORAL_CLI_PATH`; `temporal` on the path; what an earlier start downloaded or built; a
 * download whose checksum is known; a build by the Go toolchain from `tools/temporal`. Throws `NoTemporalBinary`.
 */
export async function resolveTemporalBinary(options: ResolveOptions): Promise<TemporalBinary> {
  const env = options.env ?? process.env;
  const cliPath = options.cliPath ?? env['TEMPORAL_CLI_PATH'];
  if (cliPath) return await namedBinary(cliPath);

  const cache = await cachePaths(env);
  for (const path of [await onPath(env), cache.downloaded, cache.built]) {
    const found = path === null ? null : await tryBinary(path);
    if (found !== null) return found;
  }

  const context: Context = { env, cache, onProgress: options.onProgress, release: options.release ?? officialRelease };
  const download = await downloadBinary(context);
  if (typeof download !== 'string') return download;
  options.onProgress(`${download} Trying the Go toolchain.`);
  const build = await buildBinary(context);
  if (typeof build !== 'string') return build;
  throw new NoTemporalBinary(
    [
      'There is no Temporal server to embed. What was tried:',
      '  - TEMPORAL_CLI_PATH is not set, and no working `temporal` is on the path.',
      `  - ${download}`,
      `  - ${build}`,
      'Do one of these: set TEMPORAL_ADDRESS to a server that runs; install the Temporal CLI (https://docs.temporal.io/cli) or set TEMPORAL_CLI_PATH to it;',
      'allow access to github.com; install Go and allow access to a Go module proxy.',
    ].join('\n'),
  );
}

interface Context {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: CachePaths;
  readonly onProgress: (line: string) => void;
  readonly release: Release;
}

interface CachePaths {
  /** Checked before it came there. */
  readonly downloaded: string;
  /** The program that Go builds; its folder is named by the hash of go.sum. */
  readonly built: string;
}

/** Outside the checkout, so that every clone of a machine shares one build. */
async function cachePaths(env: NodeJS.ProcessEnv): Promise<CachePaths> {
  const base = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'sojourn', 'temporal');
  const goSum = await readFile(join(wrapperModule(), 'go.sum'));
  const hash = createHash('sha256').update(goSum).digest('hex').slice(0, 16);
  return { downloaded: join(base, `checked-${downloadedVersion}`, 'temporal'), built: join(base, hash, 'temporal') };
}

function wrapperModule(): string {
  return join(packageRoot(), 'tools', 'temporal');
}

/** A path that someone named must work: falling back would hide the mistake. */
async function namedBinary(path: string): Promise<TemporalBinary> {
  const found = await tryBinary(path);
  if (found !== null) return found;
  throw new NoTemporalBinary(
    `TEMPORAL_CLI_PATH is ${path}, which is not a Temporal CLI that runs here (tried: ${path} --version). Correct it, or unset it to have one found or made.`,
  );
}

/** Null when it does not run, or is another program of that name. */
async function tryBinary(path: string): Promise<TemporalBinary | null> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 15_000 });
    const version = stdout.trim();
    return /^temporal version .*Server/i.test(version) ? { path, version } : null;
  } catch {
    return null;
  }
}

async function onPath(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, 'temporal');
    const isExecutable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isExecutable) return path;
  }
  return null;
}

async function downloadBinary({ cache, onProgress, release }: Context): Promise<TemporalBinary | string> {
  onProgress('Looking for the Temporal server: downloading it (about 50 MB), for a minute at most.');
  const failure = await downloadTemporal(cache.downloaded, release);
  if (failure !== null) return `The download of the Temporal server failed: ${failure}.`;
  return (await tryBinary(cache.downloaded)) ?? 'The download of the Temporal server left nothing that runs here.';
}

/** One builder at a time; the others wait for its result. The program appears whole, by a rename. */
async function buildBinary(context: Context): Promise<TemporalBinary | string> {
  const { cache, env, onProgress } = context;
  const tooOld = await goProblem(env);
  if (tooOld !== null) return tooOld;
  const folder = dirname(cache.built);
  await mkdir(folder, { recursive: true });
  const release = await lockFolder(folder, onProgress);
  try {
    const built = existsSync(cache.built) ? await tryBinary(cache.built) : null;
    return built ?? (await goBuild(context));
  } finally {
    await release();
  }
}

async function goProblem(env: NodeJS.ProcessEnv): Promise<string | null> {
  const wanted = /^go (\S+)$/m.exec(await readFile(join(wrapperModule(), 'go.mod'), 'utf8'))?.[1] ?? '';
  try {
    // `local`: a Go that is too old would otherwise fetch a toolchain before it answers.
    const { stdout } = await run('go', ['env', 'GOVERSION'], { env: { ...env, GOTOOLCHAIN: 'local' }, cwd: dirname(packageRoot()) });
    const has = stdout.trim().replace(/^go/, '');
    return isOlder(has, wanted) ? `The Go toolchain here is ${has}; building the Temporal server needs ${wanted} or newer.` : null;
  } catch {
    return `There is no Go toolchain (${wanted} or newer) to build the Temporal server with.`;
  }
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

const serverPackage = 'github.com/temporalio/cli/cmd/temporal';

async function goBuild({ cache, env, onProgress }: Context): Promise<TemporalBinary | string> {
  const goEnv = { ...env, CGO_ENABLED: '0', GOWORK: 'off' };
  const partial = join(dirname(cache.built), `${basename(cache.built)}.${process.pid}.partial`);
  const cliVersion = /temporalio\/cli v(\S+)/.exec(await readFile(join(wrapperModule(), 'go.mod'), 'utf8'))?.[1] ?? 'unknown';
  const ldflags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${cliVersion}`;
  const started = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - started) / 1000)} s`;

  onProgress('Building the Temporal server with the Go toolchain: once a machine, 5 minutes on two cores. Fetching its modules.');
  const listed = await goCommand(['list', '-deps', '-f', '{{.ImportPath}}', serverPackage], goEnv, () => {});
  if (listed.code !== 0) return goFailure('fetch the modules of the Temporal server', listed.output);
  const total = listed.output.split('\n').length;
  let compiled = 0;
  const ticker = setInterval(
    () => onProgress(`Building the Temporal server: ${compiled} of at most ${total} packages after ${elapsed()}.`),
    15_000,
  );
  const built = await goCommand(['build', '-v', '-trimpath', '-ldflags', ldflags, '-o', partial, serverPackage], goEnv, (lines) => {
    compiled += lines;
  });
  clearInterval(ticker);
  if (built.code !== 0) {
    await rm(partial, { force: true });
    return goFailure('build the Temporal server', built.output);
  }
  await chmod(partial, 0o755);
  await rename(partial, cache.built);
  onProgress(`Built the Temporal server in ${elapsed()}; it is kept in ${dirname(cache.built)}.`);
  return (await tryBinary(cache.built)) ?? 'The Temporal server that Go built does not run here.';
}

function goFailure(doing: string, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('go: downloading '));
  return `Go could not ${doing} (is its module proxy, GOPROXY, reachable?): ${lines.slice(-2).join(' ').slice(0, 400)}`;
}

function goCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onLines: (count: number) => void,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('go', args, { cwd: wrapperModule(), env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      onLines(chunk.toString().split('\n').length - 1);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** A lock file with the holder's process id; one whose holder is dead is taken over. Two builders at once would only waste time. */
async function lockFolder(folder: string, onProgress: (line: string) => void): Promise<() => Promise<void>> {
  const path = join(folder, 'building.pid');
  for (let waited = 0; ; waited += 1) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    // An empty file is one about to be written, unless it stays so.
    if (holder > 0 ? !isAlive(holder) : waited > 10) await rm(path, { force: true });
    else {
      if (waited % 30 === 0) onProgress(`Another process (${holder}) is building the Temporal server; waiting for it.`);
      await sleep(1_000);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
