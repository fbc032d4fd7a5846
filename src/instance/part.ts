import type { PartState } from '../api/deps.js';
import type { Log } from '../app/deps.js';
import type { Config, Role } from '../settings/config.js';
import type { Made, PartName } from './made.js';
import { type Stops, stopAll } from './stops.js';

/** What every part is started with. */
export interface Start {
  readonly config: Config;
  readonly roles: ReadonlySet<Role>;
  readonly log: Log;
  /** Progress, for a person. */
  readonly say: (line: string) => void;
  /** Onto it goes what ends things of which a part has several, each by its name; a part with one answers `stop`. */
  readonly stops: Stops;
  /** The state of every part that has one, as far as they have started. */
  readonly states: () => Promise<readonly PartState[]>;
}

/** A part that has started. */
export interface Running<Value> {
  /** What those who need it get. */
  readonly value: Value;
  readonly stop?: () => Promise<void>;
  /** For `/readyz` and `sojourn status`. `isStoreUp` false: what would ask the store answers without it. */
  readonly health?: (isStoreUp: boolean) => readonly PartState[] | Promise<readonly PartState[]>;
}

/** A part of an instance. Parts start in the order of their list, which has what a part needs before it, and stop in the reverse order. */
export interface Part {
  readonly name: PartName;
  readonly needs: readonly PartName[];
  readonly start: (made: Made, of: Start) => Running<unknown> | Promise<Running<unknown>>;
}

/** A part: it is given what it says that it needs, and no more. Rejects with a sentence when it cannot start. */
export function part<Name extends PartName, const Needs extends readonly PartName[]>(spec: {
  readonly name: Name;
  readonly needs: Needs;
  readonly start: (made: Pick<Made, Needs[number]>, of: Start) => Running<Made[Name]> | Promise<Running<Made[Name]>>;
}): Part {
  return spec;
}

/** The parts of a list that these need, and what those need in turn, with themselves. */
export function neededFor(names: readonly PartName[], list: readonly Part[]): readonly Part[] {
  const wanted = new Set(names);
  for (const one of list.toReversed()) if (wanted.has(one.name)) for (const name of one.needs) wanted.add(name);
  return list.filter(({ name }) => wanted.has(name));
}

/** Parts that run. */
export interface StartedParts {
  readonly made: Made;
  readonly states: Start['states'];
  readonly stop: () => Promise<void>;
}

/** Starts them one after another. When one cannot start, those before it are stopped, and its sentence is thrown. */
export async function startParts(list: readonly Part[], of: Omit<Start, 'stops' | 'states'>): Promise<StartedParts> {
  const stops: Stops = [];
  const made: Partial<Record<PartName, unknown>> = {};
  const healths: { readonly name: PartName; readonly health: NonNullable<Running<unknown>['health']> }[] = [];
  const states = async (): Promise<readonly PartState[]> => {
    const all: PartState[] = [];
    // The store first, wherever it stands: what the others ask depends on it.
    const [stores, others] = [healths.filter(({ name }) => name === 'store'), healths.filter(({ name }) => name !== 'store')];
    for (const { health } of [...stores, ...others]) all.push(...(await health(isStoreUp(all))));
    return all;
  };
  try {
    for (const { name, start } of list) {
      const { value, stop, health } = await start(made as Made, { ...of, stops, states });
      made[name] = value;
      if (stop !== undefined) stops.push({ part: name, stop });
      if (health !== undefined) healths.push({ name, health });
    }
  } catch (error) {
    await stopAll(stops, of.log);
    throw error;
  }
  return { made: made as Made, states, stop: () => stopAll(stops, of.log) };
}

function isStoreUp(states: readonly PartState[]): boolean {
  return states.some(({ name, state }) => name === 'store' && state === 'up');
}
