import { isRecord } from '../../domain/values/is-record.js';

/** What an answer says of the points that are left, and of what its question cost. */
export interface CostSaid {
  readonly requested: number | null;
  readonly actual: number | null;
  readonly available: number;
  readonly maximum: number;
  /** Points a second. */
  readonly restoreRate: number;
}

/** Reads `extensions.cost` of an answer. Null: it says nothing of it. */
export function readCost(extensions: unknown): CostSaid | null {
  const cost = isRecord(extensions) ? extensions['cost'] : null;
  const status = isRecord(cost) ? cost['throttleStatus'] : null;
  if (!isRecord(cost) || !isRecord(status)) return null;
  const available = numberOf(status['currentlyAvailable']);
  const restoreRate = numberOf(status['restoreRate']);
  if (available === null || restoreRate === null || restoreRate <= 0) return null;
  return {
    requested: numberOf(cost['requestedQueryCost']),
    actual: numberOf(cost['actualQueryCost']),
    available,
    maximum: numberOf(status['maximumAvailable']) ?? available,
    restoreRate,
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The points of an app at a shop, as answers tell of them: a question waits until there are enough, rather than be refused. */
export class CostBucket {
  #said: { readonly cost: CostSaid; readonly at: number } | null = null;
  readonly #costs = new Map<string, number>();

  /** `at`: real milliseconds. */
  hear(question: string, cost: CostSaid, at: number): void {
    this.#said = { cost, at };
    if (cost.requested !== null) this.#costs.set(question, cost.requested);
  }

  /** Milliseconds until there are points enough for the question, as far as answers said what it costs. */
  waitMs(question: string, at: number): number {
    const costs = this.#costs.get(question);
    if (this.#said === null || costs === undefined) return 0;
    return refillMs(costs, this.#said.cost, at - this.#said.at);
  }
}

/** Milliseconds until a bucket that stood so has `points`; `since`: milliseconds that have passed. Never more than filling it takes. */
export function refillMs(points: number, { available, maximum, restoreRate }: CostSaid, since = 0): number {
  const missing = Math.min(points, maximum) - available;
  return Math.max(0, Math.ceil((missing / restoreRate) * 1000) - since);
}
