import type { PartState } from '../api/deps.js';
import type { Budget } from '../app/keys/read-budgets.js';
import { askedSentence } from '../app/shopify/show-asked.js';
import { type Notice, stuckTurnsSentence } from '../app/upkeep/read-notices.js';
import { channels } from '../domain/messages/channel.js';
import { isFailing, providerSentence } from '../domain/messages/provider-health.js';
import type { Clock } from '../domain/time/clock.js';
import type { Metrics } from '../metrics.js';
import type { Role } from '../settings/config.js';
import { listTripped } from '../store/breakers.js';
import type { Store } from '../store/db.js';
import {
  countFailedCalls,
  countLateCalls,
  countOpenLetters,
  countOverdueEntries,
  countOverdueTasks,
  countUnknownMessages,
  isAnswering,
  readRealNow,
} from '../store/gauges.js';
import { readCodesLeft } from '../store/offer-codes.js';
import { countStuckTurns, readPokeBacklog } from '../store/pokes.js';
import { newestModel, type RecommendationModel } from '../store/recommendations.js';
import { readShopReconcile } from '../store/shop-reconciles.js';
import type { LocalParts } from './local-parts.js';
import type { ProcessWatch } from './presence.js';
import type { ProviderWatch } from './provider-watch.js';
import type { Temporal } from './temporal-part.js';

const answerWithinMs = 1_500;

/** Temporal, and the roles of this process that need it. */
export async function rolePartsOf(
  { temporal, roles }: { readonly temporal: Temporal | null; readonly roles: ReadonlySet<Role> },
  isStoreUp: boolean,
): Promise<readonly PartState[]> {
  if (!roles.has('relay') && !roles.has('worker')) return [];
  const connected = temporal !== null && temporal.connection() !== null;
  const stats = isStoreUp ? await within(temporal?.relay?.stats() ?? Promise.resolve(null)) : null;
  const reached = connected && temporal.isReached() && stats?.isResting !== true;
  const parts: PartState[] = [
    {
      name: 'temporal',
      state: reached ? 'up' : temporal === null ? 'starting' : 'down',
      detail: reached ? null : 'Temporal cannot be reached. Events are taken; journeys go on as soon as it is back.',
      needed: false,
    },
  ];
  if (roles.has('relay'))
    parts.push({
      name: 'relay',
      state: stats === null ? 'starting' : 'up',
      detail:
        stats === null ? null : `${stats.due} pokes due, the oldest ${Math.round(stats.lagMs / 1000)} s ago; ${stats.stuck} entries stuck.`,
      needed: false,
    });
  if (roles.has('worker'))
    parts.push({ name: 'worker', state: temporal?.workersRun() ? 'up' : connected ? 'down' : 'starting', detail: null, needed: false });
  return parts;
}

/** They restart by themselves; failed sends are tried again. */
export function localStates(locals: Pick<LocalParts, 'mailbox' | 'phone'>): readonly PartState[] {
  const waits = { mailbox: 'emails wait', phone: 'texts wait' };
  return (['mailbox', 'phone'] as const).flatMap((name): readonly PartState[] => {
    const part = locals[name];
    if (part === null) return [];
    const detail = part.isUp() ? null : `The local ${name} died and restarts; meanwhile ${waits[name]}, and events are accepted.`;
    return [{ name, state: detail === null ? 'up' : 'down', detail, needed: false }];
  });
}

/** When the shop was last asked what webhooks missed, and what that came to. It is asked by who has the role `relay`. */
export async function shopifyState(store: Store, shop: string, clock: Pick<Clock, 'now'>): Promise<readonly PartState[]> {
  const { sentence, isLate } = askedSentence(await readShopReconcile(store.db, shop), clock.now());
  return [{ name: 'shopify', state: isLate ? 'down' : 'up', detail: sentence, needed: false }];
}

export function secretState(missing: string | null): readonly PartState[] {
  if (missing === null) return [];
  const detail = `Another process signs with a secret (fingerprint ${missing}) that SOJOURN_SECRET of this one does not have: it sends nothing. Add it, and restart this process.`;
  return [{ name: 'secret', state: 'down', detail, needed: false }];
}

/** The parts that other processes have, as far as the store says within time. */
export async function othersParts(others: Pick<ProcessWatch, 'parts'>): Promise<readonly PartState[]> {
  return (await within(others.parts())) ?? [];
}

/** Entries whose turn fails the same way every time: the rest goes on, and a person has to look. */
export async function turnParts(store: Store): Promise<readonly PartState[]> {
  const stuck = (await within(countStuckTurns(store.db))) ?? 0;
  if (stuck === 0) return [];
  const detail = `${stuckTurnsSentence(stuck)} Look, then: sojourn stuck list`;
  return [{ name: 'turns', state: 'down', detail, needed: false }];
}

export async function providerParts(watch: ProviderWatch): Promise<readonly PartState[]> {
  const health = (await within(watch.read())) ?? {};
  return channels.flatMap((channel): readonly PartState[] => {
    const now = health[channel];
    if (now === undefined) return [];
    return [{ name: channel, state: isFailing(now) ? 'down' : 'up', detail: providerSentence(channel, now), needed: false }];
  });
}

/** What breakers stopped: the instance goes on, and a person has to look. */
export async function brokenParts(store: Store): Promise<readonly PartState[]> {
  const tripped = (await within(listTripped(store.db))) ?? [];
  return tripped.map(({ scope, trip }) => ({
    name: `breaker ${scope.kind}:${scope.id}`,
    state: 'down',
    detail: `Stopped: ${trip?.finding ?? '?'}. Look, then: sojourn breaker reset ${scope.kind}:${scope.id}`,
    needed: false,
  }));
}

export async function storeState(store: Store): Promise<PartState> {
  const answered = await within(isAnswering(store.db));
  return {
    name: 'store',
    state: answered === true ? 'up' : 'down',
    detail:
      answered === true
        ? store.kind === 'pglite'
          ? 'embedded'
          : 'PostgreSQL'
        : 'The store does not answer; events are refused until it does.',
    needed: true,
  };
}

async function within<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerWithinMs);
  });
  try {
    return await Promise.race([answer.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is counted at a scrape. */
export function watchGauges(
  metrics: Metrics,
  store: Store,
  {
    notices,
    budgets,
    providers,
    clock,
    shop,
  }: {
    /** At Shopify; null: none is asked. */
    readonly shop: string | null;
    readonly notices: () => Promise<readonly Notice[]>;
    readonly budgets: () => Promise<readonly Budget[]>;
    readonly providers: ProviderWatch;
    readonly clock: Pick<Clock, 'now'>;
  },
): void {
  metrics.watch({
    notices: async () => (await notices()).map(({ code }) => code),
    budgetsUsed: async () => usedMost(await budgets().catch(() => [])),
    providerFailures: async () =>
      new Map(Object.entries(await providers.read()).map(([channel, { failuresInRow }]) => [channel, failuresInRow])),
    providersDown: async () =>
      new Map(Object.entries(await providers.read()).map(([channel, health]) => [channel, isFailing(health) ? 1 : 0])),
    recommendationShares: async () => recommendationShares(await newestModel(store.db)),
    codesLeft: async () => new Map((await readCodesLeft(store.db)).map(({ offer, free }) => [offer, free])),
    shopifyAskedAt: async () => {
      const known = shop === null ? null : await readShopReconcile(store.db, shop);
      return new Map(shop === null || known === null || known.succeededAt === null ? [] : [[shop, known.succeededAt / 1000]]);
    },
    shopifyFound: async () => new Map(Object.entries((shop === null ? null : await readShopReconcile(store.db, shop))?.found ?? {})),
    outboxLagSeconds: async () => (await readPokeBacklog(store.db)).lagMs / 1000,
    overdueEntries: () => countOverdueEntries(store.db),
    stuckEntries: async () => (await readPokeBacklog(store.db)).stuck,
    stuckTurns: () => countStuckTurns(store.db),
    messagesUnknown: () => countUnknownMessages(store.db),
    breakersTripped: async () => (await listTripped(store.db)).length,
    deadLettersOpen: () => countOpenLetters(store.db),
    callsFailed: () => countFailedCalls(store.db),
    callsLate: () => countLateCalls(store.db),
    tasksOverdue: () => countOverdueTasks(store.db, clock.now()),
    clockSkewMs: async () => {
      const asked = Date.now();
      const there = await readRealNow(store.db);
      // The answer was read about half way between question and answer.
      return (asked + Date.now()) / 2 - there;
    },
  });
}

/** `profiles`, `consents`, `messages`: of the key that used most of it; `texts-GB`: of the country. */
function usedMost(budgets: readonly Budget[]): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const { what, whose, used, limit } of budgets) {
    const name = 'country' in whose ? `${what}-${whose.country}` : what;
    parts.set(name, Math.max(parts.get(name) ?? 0, used / limit));
  }
  return parts;
}

function recommendationShares(model: RecommendationModel | null): ReadonlyMap<string, number> {
  if (model === null || model.tested === 0 || model.modelled === 0) return new Map();
  const { hits, popularityHits, shown, tested, modelled } = model;
  return new Map([
    ['hit', hits / tested],
    ['popularity_hit', popularityHits / tested],
    ['coverage', shown / modelled],
  ]);
}
