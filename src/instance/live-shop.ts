import type { ShopPublication } from '../api/deps.js';
import type { Log } from '../app/deps.js';
import type { Shop } from '../domain/shop/shop.js';
import { newId } from '../new-id.js';
import { loadShop, ShopError } from '../project/shop.js';
import { readShopMark, writeShopMark } from '../store/controls.js';
import type { Store } from '../store/db.js';

/**
 * `shop.yaml`, read again without a restart. Everything holds the one object that this replaces in place, so it counts from the next
 * decision on.
 */
export class LiveShop {
  #mark: string | null = null;

  constructor(private readonly of: { readonly folder: string; readonly shop: Shop; readonly store: Store; readonly log: Log }) {}

  /** Reads the folder of this process; the others read theirs within seconds. `dryRun`: only says whether it differs. */
  async publish({ dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<ShopPublication> {
    const { folder, shop, store } = this.of;
    try {
      const fresh = await loadShop(folder);
      const differs = JSON.stringify(fresh) !== JSON.stringify(shop);
      if (dryRun || !differs) return { kind: 'read', differs, published: false };
      replace(shop, fresh);
      this.#mark = newId();
      await writeShopMark(store.db, this.#mark);
      return { kind: 'read', differs, published: true };
    } catch (error) {
      if (error instanceof ShopError) return { kind: 'invalid', reason: error.message };
      throw error;
    }
  }

  /** What was published before this process began is what it has read. */
  async start(): Promise<void> {
    this.#mark = await readShopMark(this.of.store.db);
  }

  /** Reads the folder again where another process published its own. `mark`: of the last publication; null: there was none. */
  async take(mark: string | null): Promise<void> {
    if (mark === null || mark === this.#mark) return;
    this.#mark = mark;
    try {
      replace(this.of.shop, await loadShop(this.of.folder));
    } catch {
      this.of.log.warn({}, 'Another process published its shop.yaml, and that of this one cannot be read: the one known stays in force.');
    }
  }
}

function replace(shop: Shop, fresh: Shop): void {
  const known = shop as unknown as Record<string, unknown>;
  for (const key of Object.keys(known)) if (!(key in fresh)) delete known[key];
  Object.assign(known, fresh);
}
