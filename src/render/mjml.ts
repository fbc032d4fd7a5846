import { Worker } from 'node:worker_threads';

export interface MjmlResult {
  readonly html: string;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

/** Turns MJML into minified HTML. What MJML objects to is among `errors`; it never throws for what is written. */
export type MjmlConverter = (source: string) => Promise<MjmlResult>;

/**
 * Lends a converter while `work` runs. MJML lives in a thread of its own, begun at the first use (0.4 s, 90 MB) and ended with `work`:
 * a server that publishes at its start does not keep it, and requests are answered while it compiles.
 */
export async function withMjml<T>(work: (convert: MjmlConverter) => Promise<T>): Promise<T> {
  const thread = new MjmlThread();
  try {
    return await work((source) => thread.convert(source));
  } finally {
    await thread.end();
  }
}

interface Waiting {
  resolve(result: MjmlResult): void;
  reject(error: Error): void;
}

class MjmlThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #lastId = 0;

  convert(source: string): Promise<MjmlResult> {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, source });
    });
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL('./mjml-worker.mjs', import.meta.url));
    worker.on('message', ({ id, ...result }: MjmlResult & { readonly id: number }) => {
      this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    });
    worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error('The MJML thread failed.', { cause: error })));
    worker.on('exit', (code) => this.#fail(new Error(`The MJML thread ended (exit code ${code}).`)));
    return worker;
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
