import { isRefusal } from '../../domain/consent/consent.js';
import { type Budgeted, budgeted, hourOf, usualLimits } from '../../domain/keys/key-budget.js';
import type { IdentityPlan } from '../../domain/people/identity.js';
import { consentsOf } from '../../projection/meanings/index.js';
import type { Understood } from '../../projection/read-event.js';
import { addToKeyHours, type KeyHour } from '../../store/key-hours.js';
import type { AppDeps } from '../deps.js';
import type { Fresh } from './told-twice.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'keyLimits' | 'log' | 'metrics'>;

/** How often processes tell each other what keys have used, in real milliseconds: by so much of its traffic a key may go over. */
const syncMs = 5_000;

/** What was used in the hour by one key: as the store knows it, and what it has not been told yet. */
interface Used {
  known: number;
  untold: number;
}

/** What a chunk of events uses of the budgets of its keys. */
export type Spending = ReadonlyMap<string, Readonly<Partial<Record<Budgeted, number>>>>;

/**
 * What browser keys have used in this hour. Counted in memory and told to the store outside of transactions, so that no row is fought over.
 */
export class KeyBudgets {
  readonly #deps: Deps;
  readonly #used = new Map<string, Used>();
  readonly #told = new Set<string>();
  #hour = 0;
  #syncedAt: number;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#syncedAt = deps.clock.realNow();
  }

  /** How much a key may still use. */
  left(keyId: string, what: Budgeted): number {
    this.#turnHour();
    const used = this.#used.get(`${keyId} ${what}`);
    return (this.#deps.keyLimits ?? usualLimits)[what] - (used === undefined ? 0 : used.known + used.untold);
  }

  /** After the commit. */
  spend(spending: Spending): void {
    this.#turnHour();
    for (const [keyId, amounts] of spending)
      for (const what of budgeted) {
        const used = this.#used.get(`${keyId} ${what}`) ?? { known: 0, untold: 0 };
        used.untold += amounts[what] ?? 0;
        if (used.untold > 0 || used.known > 0) this.#used.set(`${keyId} ${what}`, used);
      }
    if (this.#used.size > 0 && this.#deps.clock.realNow() - this.#syncedAt >= syncMs) void this.#sync();
  }

  /** Tells operators once an hour of each key and budget. */
  alarm(keyId: string, what: Budgeted): void {
    this.#turnHour();
    if (this.#told.has(`${keyId} ${what}`)) return;
    this.#told.add(`${keyId} ${what}`);
    this.#deps.metrics.alarm(`key-budget-${what}`);
    this.#deps.log.warn({ writeKey: keyId, budget: what }, 'A browser key has used up its budget of this hour.');
  }

  #turnHour(): void {
    const hour = hourOf(this.#deps.clock.now());
    if (hour === this.#hour) return;
    this.#hour = hour;
    this.#used.clear();
    this.#told.clear();
  }

  async #sync(): Promise<void> {
    this.#syncedAt = this.#deps.clock.realNow();
    const hour = this.#hour;
    const untold = [...this.#used].map(([slot, { untold: n }]): KeyHour => {
      const [keyId = '', what = 'profiles'] = slot.split(' ');
      return { keyId, what: what as Budgeted, hour, n };
    });
    try {
      const totals = await addToKeyHours(this.#deps.store.db, untold);
      if (hour !== this.#hour) return;
      for (const { keyId, what, n } of totals) {
        const used = this.#used.get(`${keyId} ${what}`);
        if (used === undefined) continue;
        used.known = n;
        used.untold -= untold.find((one) => one.keyId === keyId && one.what === what)?.n ?? 0;
      }
    } catch {
      // What was used is still counted here, and told the next time.
    }
  }
}

const budgets = new WeakMap<AppDeps['store'], KeyBudgets>();

/** The budgets of this process. */
export function budgetsOf(deps: Deps): KeyBudgets {
  const known = budgets.get(deps.store);
  if (known !== undefined) return known;
  const made = new KeyBudgets(deps);
  budgets.set(deps.store, made);
  return made;
}

/**
 * Which events go over the budget of their key, and what the others use. A new profile and a yes are counted; a no only if a browser says
 * it about another person, because a no about oneself always counts.
 */
export function weigh(
  fresh: readonly Fresh[],
  plan: IdentityPlan,
  keys: KeyBudgets,
): { readonly over: ReadonlySet<Understood>; readonly spent: Spending } {
  const created = new Set<string>(plan.created);
  const refused = new Set<string>();
  const over = new Set<Understood>();
  const spent = new Map<string, { profiles: number; consents: number }>();
  fresh.forEach(({ came }, index) => {
    const { kind, keyId } = came.incoming.speaker;
    const meeting = plan.meetings[index];
    if (kind === 'server' || keyId === null || meeting === undefined) return;
    const { profileId, isStranger } = meeting;
    const used = spent.get(keyId) ?? { profiles: 0, consents: 0 };
    const profiles = created.has(profileId) ? 1 : 0;
    const consents = consentsOf(came).filter(({ said }) => said.state === 'granted' || (isStranger && isRefusal(said.state))).length;
    const short = (
      [
        ['profiles', profiles],
        ['consents', consents],
      ] as const
    ).find(([what, n]) => n > 0 && used[what] + n > keys.left(keyId, what));
    if (short !== undefined || refused.has(profileId)) {
      if (short !== undefined) keys.alarm(keyId, short[0]);
      if (profiles > 0) refused.add(profileId);
      over.add(came);
      return;
    }
    created.delete(profileId);
    spent.set(keyId, { profiles: used.profiles + profiles, consents: used.consents + consents });
  });
  return { over, spent };
}
