import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The Temporal CLI that is downloaded: the one that `tools/temporal/go.mod` builds. */
export const downloadedVersion = '1.8.2';

/** SHA-256 of each archive of that release, as its checksums.txt names them. A newer version needs new ones. */
const checksums: Readonly<Record<string, string>> = {
  linux_amd64: 'd8421bda989e6514b4bdb4d63a9012a8a05a806892e881a5aad8510496349a94',
  linux_arm64: '83600a8fac6e3da54093e5da6918d399f501532b9f1172235603f9606f4ac6e4',
  darwin_amd64: '489d7f5420cae02b559774ac23df035141954c33a51dba96f5759a0ddccdf1b6',
  darwin_arm64: 'dacdc3587682c04cf27e67c8878ca2d755230b6ad63c0c6ebddd7348ae90ed94',
};

/** Half again of what the archives hold. */
const largestArchive = 80 * 1024 * 1024;
/** The download is given up after this long; real milliseconds. */
const deadlineMs = 60_000;

export interface Release {
  /** The folder of the release's archives. */
  readonly url: string;
  readonly checksums: Readonly<Record<string, string>>;
}

export const officialRelease: Release = { url: `https://github.com/temporalio/cli/releases/download/v${downloadedVersion}`, checksums };

/**
 * Downloads the archive for this machine, and puts the program at `path` only if the archive is the one that the checksum names. Null: it
 * is there. Otherwise why not, as part of a sentence.
 */
export async function downloadTemporal(path: string, release: Release = officialRelease): Promise<string | null> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = release.checksums[platform];
  if (expected === undefined) return `there is no archive for ${platform}`;
  const archive = await fetchArchive(`${release.url}/temporal_cli_${downloadedVersion}_${platform}.tar.gz`);
  if (typeof archive === 'string') return archive;
  if (createHash('sha256').update(archive).digest('hex') !== expected)
    return 'what came is not the archive that its checksum names, so it was thrown away';
  return unpack(archive, path);
}

async function fetchArchive(url: string): Promise<Buffer | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
    if (!response.ok || response.body === null) return `${new URL(url).host} answered ${response.status}`;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > largestArchive) return 'what came is too large';
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError'
      ? `it took more than ${deadlineMs / 1000} s`
      : `${new URL(url).host} cannot be reached`;
  }
}

/** The program appears whole, by a rename. */
async function unpack(archive: Buffer, path: string): Promise<string | null> {
  await mkdir(dirname(path), { recursive: true });
  const folder = await mkdtemp(`${path}.partial-`);
  try {
    await writeFile(join(folder, 'archive.tar.gz'), archive);
    await run('tar', ['-xzf', 'archive.tar.gz', 'temporal'], { cwd: folder });
    await chmod(join(folder, 'temporal'), 0o755);
    await rename(join(folder, 'temporal'), path);
    return null;
  } catch {
    return 'the archive could not be unpacked (is there tar?)';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
