/** What may be said of a fault in histories, logs and the UI: no message of a library, which may quote an address or a row. */
export interface FaultSummary {
  /** Class of the error: `DatabaseError`, `TypeError`. */
  readonly type: string;
  /** Its code, when it has one of the usual shape: SQLSTATE, `ECONNREFUSED`. */
  readonly code: string | null;
  /** Innermost frames in our own code, `function (file:line)`: names of files, no folders. */
  readonly where: readonly string[];
}

/** Tells an error by class, code and place. Its message stays behind: an address or a name may be in it. */
export function summarizeFault(error: unknown): FaultSummary {
  if (!(error instanceof Error)) return { type: typeof error, code: null, where: [] };
  const code = (error as { code?: unknown }).code;
  return {
    type: /^\w{1,60}$/.test(error.name) ? error.name : 'Error',
    code: typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : null,
    where: ownFrames(error.stack ?? ''),
  };
}

const frame = /^\s+at (?:async )?(?:(?<name>[\w.<>]+) )?\(?(?:file:\/\/)?(?<path>[^()]+?):(?<line>\d+):\d+\)?$/;

function ownFrames(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const found = frame.exec(line)?.groups;
    const path = found?.['path'] ?? 'node:';
    if (path.startsWith('node:') || path.includes('node_modules')) continue;
    frames.push(`${found?.['name'] ?? 'anonymous'} (${path.split(/[\\/]/).at(-1) ?? ''}:${found?.['line'] ?? ''})`);
  }
  return frames.slice(0, 3);
}

/** `TypeError 22P02, in partsOf (time.ts:40)`. */
export function faultWords({ type, code, where }: FaultSummary): string {
  return `${type}${code === null ? '' : ` ${code}`}${where.length > 0 ? `, in ${where.join(', ')}` : ''}`;
}

/**
 * SQLSTATE classes of the connection, of collisions, and of a server that has no room, is stopping or cannot read its disk; a lock that did
 * not come;
 * `ECONNREFUSED` and its like.
 */
const passingCode = /^(?:08|25|40|53|57|58|XX)[0-9A-Z]{3}$|^55P03$|^E[A-Z]{3,}$|^ERR_(?:SOCKET|STREAM|TLS)/;
/** What `pg` and its pool say without a code when the store is away or slow. */
const passingWords = /connection|connect|timeout|timed out|terminated|socket|client (?:was|has)|cannot use a pool/i;

/**
 * Whether trying again may help by itself: the store, the network or a neighbour was in the way. The other errors come from our code or
 * from the input, and repeat every time. The message is read but not stored.
 */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = summarizeFault(error);
  return code === null ? error.constructor === Error && passingWords.test(error.message) : passingCode.test(code);
}
