import type { Instance } from './compose.js';

/** A second Ctrl-C, or this much patience in real milliseconds, ends the process without waiting for what is under way. */
const patienceMs = 50_000;

/** Runs an instance until SIGINT or SIGTERM, or until a part fails; ends the process with 0, or with 1 and a sentence. */
export async function runUntilStopped(start: () => Promise<Instance>, onReady: (instance: Instance) => void = () => {}): Promise<void> {
  const stopped = untilSignal();
  let instance: Instance;
  try {
    instance = await start();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  }
  onReady(instance);
  const why = await Promise.race([stopped.then(() => null), instance.failed]);
  if (why !== null) process.stderr.write(`${why.message}\n`);
  void untilSignal().then(() => process.exit(1));
  setTimeout(() => process.exit(1), patienceMs).unref();
  await instance.stop();
  process.exit(why === null ? 0 : 1);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** What a person can mend is told in a sentence; a bug of ours comes with its place. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port ?? ''} is taken. Stop what listens there, or choose another: SOJOURN_PORT, SOJOURN_MAILBOX_PORT, SOJOURN_SMTP_PORT, SOJOURN_PHONE_PORT (0 takes a free one).`;
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isBug ? (error.stack ?? error.message) : error.message;
}
