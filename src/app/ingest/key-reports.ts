import { isRefusedToKey } from '../../domain/keys/key-refusal.js';
import type { Speaker } from '../../domain/keys/speaker.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Matched } from '../../matching/matched.js';
import type { Understood } from '../../projection/read-event.js';
import type { DeadLetter } from '../../store/dead-letters.js';
import { addKeyRefusals, type KeyRefusal } from '../../store/key-refusals.js';
import { noteUseOfWriteKeys } from '../../store/write-keys.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'store' | 'clock'>;

/** Between two tellings of one process, real milliseconds: so much is lost when it is killed. */
const tellEveryMs = 5_000;

/**
 * When write keys were used last, and what browser keys tried that they may not. Counted in memory and told to the store outside of
 * transactions, so that ingest costs no statement more.
 */
export class KeyReports {
  readonly #deps: Deps;
  readonly #uses = new Map<string, Instant>();
  readonly #refusals = new Map<string, KeyRefusal>();
  #toldReal = Number.NEGATIVE_INFINITY;
  #later: NodeJS.Timeout | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  used(keyId: string, at: Instant): void {
    this.#uses.set(keyId, at);
  }

  refused(keyId: string, what: string, at: Instant): void {
    const slot = `${keyId} ${what}`;
    const known = this.#refusals.get(slot) ?? { keyId, what, n: 0, firstAt: at, lastAt: at };
    this.#refusals.set(slot, { ...known, n: known.n + 1, firstAt: Math.min(known.firstAt, at), lastAt: Math.max(known.lastAt, at) });
  }

  /** After the commit: immediately if there was no report for a while, otherwise a little later. */
  tellSoon(): void {
    const isDue = this.#deps.clock.realNow() - this.#toldReal >= tellEveryMs;
    if (isDue) void this.#tell();
    else this.#later ??= setTimeout(() => void this.#tell(), tellEveryMs).unref();
  }

  async #tell(): Promise<void> {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
    this.#toldReal = this.#deps.clock.realNow();
    const [uses, refusals] = [new Map(this.#uses), [...this.#refusals.values()]];
    this.#uses.clear();
    this.#refusals.clear();
    try {
      await noteUseOfWriteKeys(this.#deps.store.db, uses);
      await addKeyRefusals(this.#deps.store.db, refusals);
    } catch {
      // They are figures for people: what the store did not take is missing, and no event waits for it.
    }
  }
}

const reports = new WeakMap<AppDeps['store'], KeyReports>();

/** The reports of this process. */
function reportsOf(deps: Deps): KeyReports {
  const known = reports.get(deps.store);
  if (known !== undefined) return known;
  const made = new KeyReports(deps);
  reports.set(deps.store, made);
  return made;
}

/** Counts what one transaction stored: that its keys were used, and what browser keys may not. */
export function reportKeys(deps: Deps, told: readonly Understood[], notes: readonly Matched[], letters: readonly DeadLetter[]): void {
  const report = reportsOf(deps);
  const now = deps.clock.now();
  const speakers = new Map(told.map(({ event, incoming }) => [event.messageId, incoming.speaker]));
  for (const { keyId } of speakers.values()) if (keyId !== null) report.used(keyId, now);
  const count = (speaker: Speaker | null | undefined, code: string | null): void => {
    if (speaker?.kind === 'browser' && speaker.keyId !== null && code !== null && isRefusedToKey(code))
      report.refused(speaker.keyId, code, now);
  };
  for (const { eventId, reason } of notes) count(speakers.get(eventId), reason);
  for (const { speaker, reason } of letters) count(speaker, reason);
  if (told.length > 0 || letters.length > 0) report.tellSoon();
}
