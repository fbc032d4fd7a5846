/** What runs until it is asked to stop. */
interface Running {
  stop(): Promise<void>;
}

/** A second Ctrl-C, or this much patience in real milliseconds, ends the process without waiting for what is under way. */
const patienceMs = 50_000;

/**
 * Runs what was started until SIGINT or SIGTERM (null: it is done); ends the process with 0, or with 1 and a sentence when it cannot start.
 */
export async function runUntilStopped<R extends Running>(
  start: () => Promise<R | null>,
  onReady: (running: R) => void = () => {},
): Promise<void> {
  const stopped = untilSignal();
  let instance: R | null;
  try {
    instance = await start();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(1);
  }
  if (instance === null) process.exit(0);
  onReady(instance);
  await stopped;
  void untilSignal().then(() => process.exit(1));
  setTimeout(() => process.exit(1), patienceMs).unref();
  await instance.stop();
  process.exit(0);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** A problem that a person can repair gets a sentence; a bug of ours is reported with its place. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  return isBug ? (error.stack ?? error.message) : error.message;
}
