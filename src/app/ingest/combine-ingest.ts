import type { IncomingEvent, RejectedEvent } from '../../domain/events/incoming.js';
import { type IngestChunk, type IngestDeps, type IngestResult, ingestEvents, storeChunk, storeTogether } from './ingest-events.js';

/** Events that one transaction takes from those who wait. */
const mostEvents = 150;

/** How long a transaction waits for those who may come. */
const lingerMs = 2;

interface Waiting {
  readonly chunk: IngestChunk;
  /** Whose it is: those who wait take turns. */
  readonly sender: string;
  readonly settle: (result: Promise<IngestResult>) => void;
}

/**
 * `ingestEvents` for a busy door: what comes in while a transaction is under way waits, and goes into the next one together. A lone request
 * waits for nothing; the more come, the less each of them costs. Senders (keys) take turns, so that one with a
 * thousand requests does not keep another waiting behind all of them. When a shared transaction fails, each of its chunks is tried by
 * itself, so that nobody fails for another's event.
 */
export function combineIngest(
  deps: IngestDeps,
): (incoming: readonly IncomingEvent[], rejected: readonly RejectedEvent[], sender?: string) => Promise<IngestResult> {
  // The embedded store has one connection. On a server, one transaction is planned while the other is committed.
  const lanes = deps.store.kind === 'pglite' ? 1 : 2;
  const waiting: Waiting[] = [];
  let running = 0;
  let expected = 0;
  let lingering: NodeJS.Timeout | null = null;

  function store(chunk: IngestChunk, sender: string): Promise<IngestResult> {
    return new Promise((resolve) => {
      waiting.push({ chunk, sender, settle: resolve });
      goOn();
    });
  }

  /** Begins a transaction when as many wait as were answered last; those who were are likely to come again at once. */
  function goOn(): void {
    if (running === lanes || waiting.length === 0) return;
    if (waiting.length < expected) lingering ??= setTimeout(begin, lingerMs);
    else begin();
  }

  function begin(): void {
    if (lingering !== null) clearTimeout(lingering);
    lingering = null;
    const some = takeSome(waiting);
    if (some.length === 0) return;
    running += 1;
    void storeAll(some).finally(() => {
      running -= 1;
      expected = some.length;
      goOn();
    });
    goOn();
  }

  async function storeAll(some: readonly Waiting[]): Promise<void> {
    try {
      const results = await storeTogether(
        deps,
        some.map(({ chunk }) => chunk),
      );
      some.forEach(({ settle }, index) => settle(Promise.resolve(results[index] as IngestResult)));
    } catch (error) {
      for (const { chunk, settle } of some) {
        const alone = isStoreAway(error) ? Promise.reject(error) : storeChunk(deps, chunk);
        settle(alone);
        await alone.catch(() => undefined);
      }
    }
  }

  return (incoming, rejected, sender = '') => ingestEvents(deps, incoming, rejected, (chunk) => store(chunk, sender));
}

/** Takes out what goes into the next transaction: from each sender its first, then from each its second, until it is full. */
function takeSome(waiting: Waiting[]): readonly Waiting[] {
  let events = 0;
  const inTurn = takingTurns(waiting);
  const end = inTurn.findIndex(({ chunk }) => (events += chunk.events.length) > mostEvents);
  const taken = new Set(inTurn.slice(0, end === -1 ? inTurn.length : Math.max(1, end)));
  const left = waiting.filter((one) => !taken.has(one));
  waiting.splice(0, waiting.length, ...left);
  return [...taken];
}

function takingTurns(waiting: readonly Waiting[]): readonly Waiting[] {
  const rounds = new Map<string, number>();
  const placed = waiting.map((one) => {
    const round = rounds.get(one.sender) ?? 0;
    rounds.set(one.sender, round + 1);
    return { one, round };
  });
  return placed.sort((a, b) => a.round - b.round).map(({ one }) => one);
}

/** The store cannot be reached, or shuts down: trying each by itself would only take longer. */
function isStoreAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(08|53|57)...$|^E[A-Z]+$/.test(error.code);
}
