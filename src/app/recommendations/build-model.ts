import { mayProfile } from '../../domain/engagement/facts.js';
import { type Companions, strongestCompanions } from '../../domain/recommendations/companions.js';
import { evaluating } from '../../domain/recommendations/evaluate.js';
import { groupsOf } from '../../domain/recommendations/groups.js';
import { fittingItemToItem } from '../../domain/recommendations/item-to-item.js';
import type { Purchases } from '../../domain/recommendations/popularity.js';
import { day, type Instant } from '../../domain/time/instant.js';
import {
  type ModelledProduct,
  newestModel,
  type RecommendationModel,
  readBaskets,
  readPurchases,
  writeModel,
} from '../../store/recommendations.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** By the clock of the service. */
const rebuiltAfterMs = day;
const basketsSinceMs = 365 * day;
const popularSinceMs = 28 * day;
const mostBaskets = 100_000;
/** The rest is left to content and popularity. A model of a thousand products takes a second of work, of two thousand eight. */
const mostModelled = 1_000;
const ridge = 200;
/** Fewer held-back baskets say nothing for sure. */
const fewestTested = 30;
/** With few products all baskets are held back once, a fifth at a time. */
const allRoundsUpTo = 300;

/** Learns from the orders again when the newest version is a day old. Null: nothing is due, or nobody ordered anything. */
export async function rebuildModel(deps: Deps): Promise<RecommendationModel | null> {
  const newest = await newestModel(deps.store.db);
  const now = deps.clock.now();
  if (newest !== null && now - newest.builtAt < rebuiltAfterMs) return null;
  return buildModel(deps, now, (newest?.version ?? 0) + 1);
}

async function buildModel({ store }: Deps, now: Instant, version: number): Promise<RecommendationModel | null> {
  const startedAt = performance.now();
  const baskets = await readBaskets(store.db, now - basketsSinceMs, mostBaskets);
  if (baskets.length === 0) return null;
  const rounds = new Set(baskets.flat()).size <= allRoundsUpTo ? 5 : 1;
  const evaluation = await inSlices(evaluating(baskets, { ridge, most: mostModelled, rounds }));
  const fitted = await inSlices(fittingItemToItem(baskets, { ridge, most: mostModelled }));
  const companions = strongestCompanions(fitted);
  const bought = purchasesByGroup(await readPurchases(store.db, now - popularSinceMs), now);
  const model: RecommendationModel = {
    version,
    builtAt: now,
    tookMs: Math.round(performance.now() - startedAt),
    baskets: baskets.length,
    modelled: fitted.items.length,
    ...evaluation,
    isUsed: evaluation.tested >= fewestTested && evaluation.hits >= evaluation.popularityHits,
  };
  const isWritten = await store.transaction((trx) => writeModel(trx, model, productsOf(companions, bought)));
  return isWritten ? model : null;
}

/** Of people who may not be profiled only that they bought it counts. */
function purchasesByGroup(rows: Awaited<ReturnType<typeof readPurchases>>, at: Instant): ReadonlyMap<string, Purchases> {
  const bought = new Map<string, Record<string, number>>();
  for (const { productId, traits, times } of rows) {
    const counts = bought.get(productId) ?? {};
    for (const group of ['', ...(mayProfile(traits) ? groupsOf(traits, at) : [])]) counts[group] = (counts[group] ?? 0) + times;
    bought.set(productId, counts);
  }
  return bought;
}

function productsOf(companions: Companions, bought: ReadonlyMap<string, Purchases>): readonly ModelledProduct[] {
  const ids = [...new Set([...companions.keys(), ...bought.keys()])].toSorted();
  return ids.map((productId) => ({
    productId,
    bought: bought.get(productId) ?? {},
    companions: Object.fromEntries(companions.get(productId) ?? []),
  }));
}

const sliceMs = 10;

/** Takes the steps a few milliseconds at a time: what else this process has to do comes between. */
async function inSlices<T>(steps: Generator<void, T>): Promise<T> {
  let until = performance.now() + sliceMs;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + sliceMs;
  }
}
