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
