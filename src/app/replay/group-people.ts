import type { Store } from '../../store/db.js';
import { listCartSharers, listInboxSharers, listPeopleToReplay, type PersonToReplay, type ReplayRange } from '../../store/replay-read.js';

/** People who are played together, because what one of them does or is sent matters to another. By id. */
export type PeopleGroup = readonly string[];

/** More than these are no household: each is played alone. */
const mostTogether = 30;

/** Finds whom people have to be played with: who has an address of theirs, and who has filled a cart of theirs. */
export class Grouping {
  readonly #store: Store;
  readonly #range: ReplayRange;
  readonly #carts: Links;

  private constructor(store: Store, range: ReplayRange, carts: Links) {
    this.#store = store;
    this.#range = range;
    this.#carts = carts;
  }

  static async of(store: Store, range: ReplayRange): Promise<Grouping> {
    const carts = new Links();
    for (const [one, other] of await store.snapshot((trx) => listCartSharers(trx, range))) carts.join(one, other);
    return new Grouping(store, range, carts);
  }

  /**
   * The groups of these people. One whose first member, of those who are to be replayed, is of another page belongs there and is left out.
   */
  async groupsOf(page: readonly PersonToReplay[]): Promise<readonly PeopleGroup[]> {
    const here = new Set(page.map(({ id }) => id));
    const groups = (await this.#linked([...here])).groups([...here]);
    const together = groups.flatMap((group) =>
      group.length > mostTogether ? group.filter((id) => here.has(id)).map((id) => [id]) : [group],
    );
    const elsewhere = together.flatMap((group) => group.filter((id) => !here.has(id)));
    const alsoPlayed = new Set(await this.#played(elsewhere));
    return together.filter((group) => here.has(group.find((id) => here.has(id) || alsoPlayed.has(id)) ?? ''));
  }

  /** Everybody who is linked with them, over others too. */
  async #linked(ids: readonly string[]): Promise<Links> {
    const links = new Links();
    const seen = new Set(ids);
    for (let next = ids; next.length > 0; ) {
      const found = await this.#store.snapshot((trx) => listInboxSharers(trx, next));
      const pairs = [...found, ...next.flatMap((id) => this.#carts.of(id).map((other) => [id, other] as const))];
      for (const [one, other] of pairs) links.join(one, other);
      next = [...new Set(pairs.map(([, other]) => other))].filter((id) => !seen.has(id));
      for (const id of next) seen.add(id);
      if (seen.size > ids.length + mostFound) return links;
    }
    return links;
  }

  async #played(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const found = await this.#store.snapshot((trx) => listPeopleToReplay(trx, this.#range, { after: null, limit: ids.length, of: ids }));
    return found.map(({ id }) => id);
  }
}

/** So many who are not of the page are looked at. */
const mostFound = 2_000;

class Links {
  readonly #others = new Map<string, Set<string>>();

  join(one: string, other: string): void {
    this.#add(one, other);
    this.#add(other, one);
  }

  of(id: string): readonly string[] {
    return [...(this.#others.get(id) ?? [])];
  }

  /** Groups of linked people, each by id. */
  groups(ids: readonly string[]): readonly PeopleGroup[] {
    const seen = new Set<string>();
    return ids.flatMap((id) => {
      if (seen.has(id)) return [];
      const group = [id];
      seen.add(id);
      for (let next = group.length - 1; next < group.length; next += 1)
        for (const other of this.of(group[next] ?? ''))
          if (!seen.has(other)) {
            seen.add(other);
            group.push(other);
          }
      return [group.sort()];
    });
  }

  #add(one: string, other: string): void {
    const known = this.#others.get(one);
    if (known === undefined) this.#others.set(one, new Set([other]));
    else known.add(other);
  }
}
