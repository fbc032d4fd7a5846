import type { RawBuilder } from 'kysely';
import type { Trx } from './db.js';
import { writeWithNext } from './write-together.js';

/**
 * What a turn writes to; `waits_gone` and `waits` are the rows that go and those that come, `asked_…` is what a step asked for, by its
 * kind.
 */
type Place =
  | 'inputs'
  | 'messages'
  | 'attempts'
  | 'verdicts'
  | 'waits_gone'
  | 'waits'
  | 'trace'
  | 'entries'
  | 'profiles'
  | `asked_${string}`;

export type Writes = Readonly<Partial<Record<Place, RawBuilder<unknown> | null>>>;

/**
 * Gathers what a transaction writes and makes it one statement. Parts of one statement all see the rows before it, so a second write to a
 * place lets those gathered so far go first: the outcome is that of the order in which they were added.
 */
export class TurnWrites {
  readonly #trx: Trx;
  readonly #gathered = new Map<Place, RawBuilder<unknown>>();

  constructor(trx: Trx) {
    this.#trx = trx;
  }

  async add(writes: Writes): Promise<void> {
    const entries = Object.entries(writes) as [Place, RawBuilder<unknown> | null | undefined][];
    if (entries.some(([place, write]) => write && this.#gathered.has(place))) await this.flush();
    for (const [place, write] of entries) if (write) this.#gathered.set(place, write);
  }

  async flush(): Promise<void> {
    if (this.#gathered.size === 0) return;
    const writes: Writes = Object.fromEntries(this.#gathered);
    this.#gathered.clear();
    await writeWithNext(this.#trx, writes);
  }
}
