import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A part of the bench in a process of its own: it ends with this one, however this one ends. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { readonly done: (value: never) => void; readonly failed: (error: Error) => void }>();
  #count = 0;

  /** `module`: a file of this folder. With BENCH_CPU_PROF set to a folder, each child leaves a CPU profile there. */
  constructor(module: `${string}.js`) {
    const profiles = process.env['BENCH_CPU_PROF'];
    this.#process = fork(fileURLToPath(new URL(`./${module}`, import.meta.url)), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--enable-source-maps', ...(profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`])],
    });
    this.#process.on('message', ({ id, value, error }: Answer) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) call?.done(value as never);
      else call?.failed(new Error(error));
    });
    this.#process.once('exit', (code, signal) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(`${module} ended with ${signal ?? `code ${code}`}.`));
      this.#waiting.clear();
    });
  }

  call<T>(name: string, input: unknown = null): Promise<T> {
    return new Promise<T>((done, failed) => {
      const id = ++this.#count;
      this.#waiting.set(id, { done, failed });
      this.#process.send({ id, name, input } satisfies Call, (error) => (error ? failed(error) : undefined));
    });
  }

  /** Lets the child stop what it started, and waits for its end. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), 60_000);
    if (this.#process.connected) this.#process.disconnect();
    await ended;
    clearTimeout(patience);
  }
}

interface Call {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

type Handlers = Readonly<Record<string, (input: never) => Promise<unknown>>>;

/** The child's side: answers calls by name until the parent goes away; then `stop` runs and the process ends. */
export function answerParent(handlers: Handlers, stop: () => Promise<unknown>): void {
  process.on('message', ({ id, name, input }: Call) => {
    const answer = (rest: Omit<Answer, 'id'>): void => void process.send?.({ id, ...rest });
    const handler = handlers[name];
    if (handler === undefined) return answer({ error: `There is no ${name} here.` });
    handler(input as never).then(
      (value) => answer({ value }),
      (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  // Ctrl-C reaches the whole group; the parent decides the order.
  process.on('SIGINT', () => {});
  process.once('disconnect', () => {
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
