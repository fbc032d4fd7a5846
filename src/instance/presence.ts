import type { PartState } from '../api/deps.js';
import { newId } from '../new-id.js';
import { type Role, roles } from '../settings/config.js';
import type { Store } from '../store/db.js';
import { deletePresence, type Presence, readPresences, writePresence } from '../store/presences.js';

/** Real milliseconds. A process that was silent for longer than `freshMs` counts as away: an operator has to be told within ten seconds. */
const freshMs = 7_000;
const forgetMs = 60_000;

/**
 * What the processes of one store know of each other: each says every two seconds that it is there. So the status of one tells of all, and
 * a role that nobody has is reported. With the embedded store there is one process, which says nothing.
 */
export class ProcessWatch {
  readonly #id = newId();
  readonly #store: Store;
  readonly #roles: ReadonlySet<Role>;
  readonly #startedAt = performance.now();
  #own: (() => Promise<readonly PartState[]>) | null = null;

  constructor(of: { readonly store: Store; readonly roles: ReadonlySet<Role> }) {
    this.#store = of.store;
    this.#roles = of.roles;
  }

  /** Says that this process is there, with Temporal and its roles. Nothing is said before `begin`, nor after `stop`. */
  async tell(): Promise<void> {
    if (this.#own === null) return;
    const own = (await this.#own()).map(({ name, state, detail }) => ({ name, state, detail }));
    if (this.#own !== null) await writePresence(this.#store.db, this.#id, { roles: [...this.#roles], parts: own }, forgetMs);
  }

  /** `parts`: Temporal and the roles of this process. */
  begin(parts: () => Promise<readonly PartState[]>): void {
    if (this.#store.kind !== 'pglite') this.#own = parts;
  }

  async stop(): Promise<void> {
    if (this.#own === null) return;
    this.#own = null;
    await deletePresence(this.#store.db, this.#id).catch(() => undefined);
  }

  /** The parts that other processes have, and the roles that nobody has. */
  async parts(): Promise<readonly PartState[]> {
    if (this.#store.kind === 'pglite') return [];
    const isStarting = performance.now() - this.#startedAt < freshMs;
    return partsOfOthers(this.#roles, await readPresences(this.#store.db, freshMs), isStarting);
  }
}

/** `own`: roles of this process, of which its own parts tell. `isStarting`: the others may not have come yet. */
export function partsOfOthers(own: ReadonlySet<Role>, present: readonly Presence[], isStarting: boolean): readonly PartState[] {
  const hasTemporal = own.has('relay') || own.has('worker');
  const temporal = hasTemporal ? [] : bestOf('temporal', present);
  const away = roles.filter((role) => !own.has(role));
  return [...temporal, ...away.flatMap((role) => partsOfRole(role, present, isStarting))];
}

function partsOfRole(role: Role, present: readonly Presence[], isStarting: boolean): readonly PartState[] {
  const isThere = present.some((one) => one.roles.includes(role));
  if (!isThere)
    return [
      { name: role, state: isStarting ? 'starting' : 'down', detail: `No process of role ${role} runs: ${without[role]}`, needed: false },
    ];
  return role === 'api' ? [{ name: role, state: 'up', detail: null, needed: false }] : bestOf(role, present);
}

const without: Readonly<Record<Role, string>> = {
  api: 'events are not taken here, and pages do not open.',
  relay: 'journeys do not move on until one does.',
  worker: 'nothing is decided or sent until one does.',
};

/** Of several processes with a part one that works is enough. */
function bestOf(name: string, present: readonly Presence[]): readonly PartState[] {
  const told = present.flatMap(({ parts }) => parts.filter((part) => part.name === name));
  const best = told.find(({ state }) => state === 'up') ?? told[0];
  return best === undefined ? [] : [{ ...best, needed: false }];
}
