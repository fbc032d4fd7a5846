import type { Instant } from '../../domain/time/instant.js';
import { noteUseOfApiKeys } from '../../store/api-keys.js';
import { type AuditedAct, type AuditFilter, type AuditRecord, closeActs, forgetActs, insertActs, listActs } from '../../store/audit.js';
import { findCanonicalProfile, findMergedProfiles } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

export type { AuditedAct, AuditRecord, Subject } from '../../store/audit.js';

/** Written at once when so many have gathered. */
const fullAt = 200;
/** With so many that could not be written nobody reads on: the log must not have holes. */
const mostWaiting = 5_000;
/** Uses of keys are written less often: nobody asks for the second. */
const usesEveryMs = 60_000;

/**
 * Who did, read or exported what, about whom. A change is written before it is done (`begin`), one statement; its outcome (`end`) and reads
 * (`note`) are collected and written together. `stop` writes the rest.
 */
export class AuditTrail {
  #acts: AuditedAct[] = [];
  #outcomes = new Map<number, number>();
  #uses = new Map<string, Instant>();
  #usesWrittenReal = 0;
  #writing: Promise<void> | null = null;

  constructor(private readonly deps: Pick<AppDeps, 'store' | 'clock' | 'log'>) {}

  /** Its number in the log. Throws where it cannot be written: then it must not be done. */
  async begin(act: AuditedAct): Promise<number> {
    const [seq] = await insertActs(this.deps.store.db, [act]);
    if (seq === undefined) throw new Error('The audit log did not take an act.');
    return seq;
  }

  end(seq: number, status: number): void {
    this.#outcomes.set(seq, status);
  }

  /** Throws where too much waits to be written. */
  async note(act: AuditedAct): Promise<void> {
    this.#acts.push(act);
    if (this.#acts.length < fullAt) return;
    const written = this.#write();
    if (this.#acts.length >= mostWaiting) await written;
    else written.catch(() => undefined);
  }

  /** A key opened something. */
  used(keyId: string): void {
    this.#uses.set(keyId, this.deps.clock.now());
  }

  /** Writes what has gathered. Throws where it cannot; nothing is lost then. */
  flush(): Promise<void> {
    return this.#write();
  }

  async stop(): Promise<void> {
    this.#usesWrittenReal = 0;
    await this.#write();
    await this.#write();
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null));
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    const { db } = this.deps.store;
    const acts = this.#acts;
    const outcomes = this.#outcomes;
    this.#acts = [];
    this.#outcomes = new Map();
    try {
      if (acts.length > 0) await insertActs(db, acts);
    } catch (error) {
      this.#acts = [...acts, ...this.#acts];
      this.#outcomes = new Map([...outcomes, ...this.#outcomes]);
      this.deps.log.warn(
        { waiting: this.#acts.length, error: error instanceof Error ? error.name : 'unknown' },
        'The audit log waits to be written.',
      );
      throw error;
    }
    try {
      if (outcomes.size > 0) await closeActs(db, outcomes);
    } catch (error) {
      this.#outcomes = new Map([...outcomes, ...this.#outcomes]);
      throw error;
    }
    await this.#writeUses();
  }

  async #writeUses(): Promise<void> {
    const real = this.deps.clock.realNow();
    if (this.#uses.size === 0 || real - this.#usesWrittenReal < usesEveryMs) return;
    const uses = this.#uses;
    this.#uses = new Map();
    await noteUseOfApiKeys(this.deps.store.db, uses);
    this.#usesWrittenReal = real;
  }
}

export interface AuditQuestion extends Omit<AuditFilter, 'profileIds'> {
  /** Any id of the person, also one that was merged into another. */
  readonly profileId: string | null;
}

/** Newest first. */
export async function showAudit(
  deps: Pick<AppDeps, 'store'>,
  { profileId, ...rest }: AuditQuestion,
  page: PageRequest,
): Promise<Page<AuditRecord>> {
  const profileIds = profileId === null ? null : await familyOf(deps, profileId);
  return readPage(
    page,
    ['serial'],
    (limit, after) => listActs(deps.store.db, { ...rest, profileIds }, limit, after?.[0] ?? null),
    (record) => [record.seq],
  );
}

/** All ids under which a person has been known here. An id that nobody has finds nothing. */
async function familyOf({ store }: Pick<AppDeps, 'store'>, profileId: string): Promise<readonly string[]> {
  const canonical = await findCanonicalProfile(store.db, profileId);
  return canonical === null ? [profileId] : findMergedProfiles(store.db, canonical);
}

/** What is forgotten at once: a look every five seconds is quick enough, and no statement is long. */
const forgottenAtOnce = 5_000;

/** Forgets what is older than `days`, and says so in the log. */
export async function forgetOldActs(deps: Pick<AppDeps, 'store' | 'clock'>, days: number): Promise<void> {
  const before = deps.clock.now() - days * 86_400_000;
  const forgotten = await deps.store.transaction((trx) => forgetActs(trx, before, forgottenAtOnce));
  if (forgotten > 0)
    await insertActs(deps.store.db, [bySystem(deps.clock.now(), 'audit.forget', `${forgotten} before ${new Date(before).toISOString()}`)]);
}

/** An act of the program itself. */
export function bySystem(at: Instant, act: string, subject: string | null): AuditedAct {
  return { at, act, kind: 'change', actorKind: 'system', actorId: null, whom: [], subject, requestId: null, status: 200 };
}
