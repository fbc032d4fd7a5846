import { applyToCarts, type CartDeed, joinSharing, type KeptCart } from '../domain/carts/cart-book.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';

/** Two carts that turned out to be one. */
export interface JoinedCart {
  readonly from: CartId;
  readonly into: CartId;
}

/** The carts of the people of one transaction, as its events change them. */
export class ProjectedCarts {
  /** Carts of the store that became part of another. */
  readonly joined: JoinedCart[] = [];
  readonly #before: ReadonlyMap<CartId, KeptCart>;
  readonly #carts: Map<CartId, KeptCart>;
  readonly #newId: () => CartId;

  constructor(stored: readonly KeptCart[], newId: () => CartId) {
    this.#before = new Map(stored.map((cart) => [cart.id, cart]));
    this.#carts = new Map(this.#before);
    this.#newId = newId;
  }

  /** What an event does to the carts of its person, and to those that it names by a token. */
  apply(deed: CartDeed): Pick<ReturnType<typeof applyToCarts>, 'touched' | 'joined'> {
    const { token, aliases } = deed.event.tokens;
    const tokens = [token, ...aliases];
    const concerned = this.#where((cart) => cart.profileId === deed.profileId || cart.tokens.some((one) => tokens.includes(one)));
    const { carts, touched, joined } = applyToCarts(concerned, deed, this.#newId);
    this.#replace(carts, joined);
    return { touched, joined };
  }

  /** Two baskets of what were two people until now. */
  joinCartsOf(profileId: ProfileId): readonly JoinedCart[] {
    const all: JoinedCart[] = [];
    for (const { id } of this.#where((cart) => cart.profileId === profileId && cart.state === 'open')) {
      const present = this.#carts.get(id);
      if (present === undefined) continue;
      const own = this.#where((cart) => cart.profileId === profileId);
      const { book, joined } = joinSharing(own, present, present.updatedAt);
      this.#replace(book, joined);
      all.push(...joined);
    }
    return all;
  }

  toWrite(): readonly KeptCart[] {
    return [...this.#carts.values()].filter((cart) => this.#before.get(cart.id) !== cart);
  }

  tokensToWrite(): readonly { readonly token: string; readonly cartId: CartId; readonly was: CartId | null }[] {
    const before = new Map([...this.#before.values()].flatMap((cart) => cart.tokens.map((token) => [token, cart.id] as const)));
    return [...this.#carts.values()].flatMap((cart) =>
      cart.tokens
        .filter((token) => before.get(token) !== cart.id)
        .map((token) => ({ token, cartId: cart.id, was: before.get(token) ?? null })),
    );
  }

  #where(holds: (cart: KeptCart) => boolean): readonly KeptCart[] {
    return [...this.#carts.values()].filter(holds);
  }

  #replace(carts: readonly KeptCart[], joined: readonly JoinedCart[]): void {
    for (const { from } of joined) this.#carts.delete(from);
    for (const cart of carts) this.#carts.set(cart.id, cart);
    this.joined.push(...joined.filter(({ from }) => this.#before.has(from)));
  }
}
