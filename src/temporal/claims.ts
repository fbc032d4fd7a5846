import type { Store } from '../store/db.js';
import { type ClaimedPoke, claimPokes, type PokeClass } from '../store/pokes.js';
import { Rest } from './rest.js';
import { TokenBucket } from './token-bucket.js';

/** Real milliseconds. */
const overdueRestMs = 1_000;
const lettersRestMs = 150;

/** Which pokes the loop takes up next: what is fresh first, letters last, and no more a second than it may. */
export class Claims {
  readonly #store: Store;
  readonly #lettersAtOnce: number;
  readonly #fresh: TokenBucket;
  readonly #overdue: TokenBucket;
  // What is rarely there is looked for less often: a busy loop looks every few milliseconds.
  readonly #rests = { overdue: new Rest(overdueRestMs), letters: new Rest(lettersRestMs) };

  /** `callsPerSecond`: overdue pokes have a tenth of it. */
  constructor(store: Store, of: { readonly callsPerSecond: number; readonly lettersAtOnce: number }) {
    this.#store = store;
    this.#lettersAtOnce = of.lettersAtOnce;
    this.#fresh = new TokenBucket(of.callsPerSecond, () => performance.now());
    this.#overdue = new TokenBucket(of.callsPerSecond / 10, () => performance.now());
  }

  /** At most `free`. */
  async next(free: number): Promise<readonly ClaimedPoke[]> {
    const fresh = await this.#claim('fresh', this.#fresh, free);
    const left = free - fresh.length;
    const overdue = await this.#claimRare('overdue', this.#overdue, left);
    const letters = await this.#claimRare('letters', this.#fresh, Math.min(this.#lettersAtOnce, left - overdue.length));
    return [...fresh, ...overdue, ...letters];
  }

  async #claimRare(pokeClass: 'overdue' | 'letters', bucket: TokenBucket, most: number): Promise<readonly ClaimedPoke[]> {
    const rest = this.#rests[pokeClass];
    if (!rest.isOver()) return [];
    const claimed = await this.#claim(pokeClass, bucket, most);
    if (claimed.length < most) rest.begin();
    return claimed;
  }

  async #claim(pokeClass: PokeClass, bucket: TokenBucket, most: number): Promise<readonly ClaimedPoke[]> {
    const limit = Math.min(most, bucket.available());
    if (limit < 1) return [];
    const claimed = await claimPokes(this.#store.db, pokeClass, limit);
    bucket.take(claimed.length);
    return claimed;
  }
}
