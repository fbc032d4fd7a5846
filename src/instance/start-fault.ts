import type { SettingName } from '../settings/config.js';

/** A start failed by something that a setting names: said in a sentence, with the setting in front. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** How a port that is taken is mended. */
export const choosePort = 'Stop what listens there, or choose another (0 takes a free one).';

/**
 * Does a part of a start. What the system or the database says against it becomes a sentence that names the setting; anything else goes on
 * as it is.
 * `setting`: by which it is mended, or how to find that out.
 */
export async function blaming<T>(
  setting: SettingName | ((error: NetworkFault) => SettingName),
  mend: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fault = faultIn(error);
    const said = fault === null ? null : sentenceOf(fault);
    if (fault === null || said === null) throw error;
    const name = typeof setting === 'string' ? setting : setting(fault);
    throw new StartFault(`${name}: ${said} ${mend}`, { cause: error });
  }
}

/** As Node tells of files and sockets, and pg of a server. */
export interface NetworkFault {
  readonly code: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly path?: string;
}

/** The error itself, the first of several (a name with two addresses), or what it was caused by. */
function faultIn(error: unknown): NetworkFault | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof StartFault) return null;
  if ('code' in error && typeof error.code === 'string' && sentenceOf(error as unknown as NetworkFault) !== null)
    return error as unknown as NetworkFault;
  if (error instanceof AggregateError) return faultIn(error.errors[0]);
  return error.cause === undefined ? null : faultIn(error.cause);
}

function sentenceOf(fault: NetworkFault): string | null {
  return sentences[fault.code]?.(fault) ?? null;
}

const at = ({ address, port }: NetworkFault): string =>
  address === undefined ? 'there' : port === undefined ? `at ${address}` : `at ${address.includes(':') ? `[${address}]` : address}:${port}`;
const what = ({ path }: NetworkFault): string => path ?? 'it';

const sentences: Readonly<Record<string, (fault: NetworkFault) => string>> = {
  ECONNREFUSED: (fault) => `Nothing listens ${at(fault)} (ECONNREFUSED).`,
  ECONNRESET: (fault) => `The other side hung up ${at(fault)} (ECONNRESET).`,
  ETIMEDOUT: (fault) => `Nothing answers ${at(fault)} (ETIMEDOUT).`,
  EHOSTUNREACH: (fault) => `There is no way to what is ${at(fault)} (EHOSTUNREACH).`,
  ENETUNREACH: (fault) => `There is no way to what is ${at(fault)} (ENETUNREACH).`,
  ENOTFOUND: ({ hostname }) => `No machine is called ${hostname ?? 'that'} (ENOTFOUND).`,
  EAI_AGAIN: ({ hostname }) => `The name ${hostname ?? 'in it'} cannot be looked up now (EAI_AGAIN).`,
  EADDRINUSE: ({ port }) => `Port ${port ?? ''} is taken (EADDRINUSE).`,
  EADDRNOTAVAIL: ({ address }) => `This machine has no address ${address ?? 'like it'} (EADDRNOTAVAIL).`,
  ENOENT: (fault) => `There is no ${what(fault)} (ENOENT).`,
  ENOTDIR: (fault) => `A part of the path ${what(fault)} is no folder (ENOTDIR).`,
  EEXIST: (fault) => `${what(fault)} is there and is no folder (EEXIST).`,
  EISDIR: (fault) => `${what(fault)} is a folder (EISDIR).`,
  EACCES: (fault) =>
    fault.port === undefined
      ? `This user may not use ${what(fault)} (EACCES).`
      : `This user may not listen ${at(fault)}; ports below 1024 are kept (EACCES).`,
  EPERM: (fault) => `This user may not use ${what(fault)} (EPERM).`,
  EROFS: (fault) => `${what(fault)} is on a disk that cannot be written (EROFS).`,
  ENOSPC: () => 'The disk is full (ENOSPC).',
  // PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html
  '28P01': () => 'The server refuses the password (28P01).',
  '28000': () => 'The server refuses this user (28000).',
  '3D000': () => 'The server has no such database (3D000).',
  '53300': () => 'The server has no connection to spare (53300).',
  '57P03': () => 'The server is starting or stopping (57P03).',
  '42501': () => 'This user may not make or change tables there (42501).',
};
