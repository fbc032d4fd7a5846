import { type LoadMap, loadMap, type ToldMessage } from '../domain/gate/load.js';
import type { Instant } from '../domain/time/instant.js';

/** The map of load of both sides of a replay: a message a row, until there are too many to be held. */
export class LoadOfSides {
  readonly #people = new Set<string>();
  readonly #live: ToldMessage[] = [];
  readonly #draft: ToldMessage[] = [];

  add(people: readonly string[], live: readonly ToldMessage[], draft: readonly ToldMessage[]): void {
    for (const id of people) this.#people.add(id);
    if (this.#isFull()) return;
    this.#live.push(...live);
    this.#draft.push(...draft);
  }

  /** Null: there were too many. */
  map(range: { readonly from: Instant; readonly to: Instant }): { readonly live: LoadMap; readonly draft: LoadMap } | null {
    if (this.#isFull()) return null;
    const question = { ...range, people: this.#people };
    return { live: loadMap(this.#live, question), draft: loadMap(this.#draft, question) };
  }

  #isFull(): boolean {
    return this.#live.length > mostToldMessages;
  }
}

const mostToldMessages = 300_000;
