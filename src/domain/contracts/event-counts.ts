/** How many facts there were in an hour. `hour`: hours since 1970. */
export interface CountRow {
  readonly hour: number;
  /** A fact, or `entry:<journey>`: entries of that journey. */
  readonly name: string;
  /** A property that they had; empty: the facts themselves. */
  readonly property: string;
  /** Of a property its JSON type; of a fact `currency:EUR`, `told:<name of the event>`, or empty: all of them. */
  readonly type: string;
  readonly count: number;
}

/** Counts hour by hour, with sums over any stretch at once. */
export class Series {
  readonly #first: number;
  readonly #sums: Float64Array;

  constructor(first: number, hours: number, rows: Iterable<Pick<CountRow, 'hour' | 'count'>>) {
    const counts = new Float64Array(hours);
    for (const { hour, count } of rows) {
      const at = hour - first;
      if (at >= 0 && at < hours) counts[at] = (counts[at] ?? 0) + count;
    }
    this.#first = first;
    this.#sums = new Float64Array(hours + 1);
    for (let at = 0; at < hours; at += 1) this.#sums[at + 1] = (this.#sums[at] ?? 0) + (counts[at] ?? 0);
  }

  /** From an hour up to, and without, another. */
  sum(from: number, to: number): number {
    return Math.max(0, this.#upTo(to) - this.#upTo(from));
  }

  /** The latest hour before `to` with at least one; null: none. */
  last(to: number): number | null {
    const all = this.#upTo(to);
    if (all === 0) return null;
    let low = this.#first;
    let high = Math.min(to, this.#first + this.#sums.length - 1);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#upTo(middle) >= all) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }

  /** The earliest hour with at least one; null: none. */
  start(): number | null {
    const at = this.#sums.findIndex((sum) => sum > 0);
    return at === -1 ? null : this.#first + at - 1;
  }

  #upTo(hour: number): number {
    const at = Math.min(Math.max(0, hour - this.#first), this.#sums.length - 1);
    return this.#sums[at] ?? 0;
  }
}

/** All counts that are kept, by fact, property and type. */
export class EventCounts {
  /** The first hour that was counted. */
  readonly firstHour: number;
  /** The hour that is not over yet. */
  readonly nowHour: number;
  readonly #kept: Kept;

  constructor(rows: readonly CountRow[] | Kept, hours: { readonly first: number; readonly now: number }) {
    this.firstHour = hours.first;
    this.nowHour = hours.now;
    this.#kept = 'made' in rows ? rows : keptOf(rows, hours);
  }

  /** The same counts as they were known at an earlier hour, from `first` on. */
  asOf(hours: { readonly first: number; readonly now: number }): EventCounts {
    return new EventCounts(this.#kept, hours);
  }

  series(name: string, property = '', type = ''): Series {
    return this.#make(keyOf(name, property, type), (key) => this.#kept.rows.get(key) ?? []);
  }

  /** All facts together, entries of journeys not among them. */
  get all(): Series {
    return this.#make('all', () => this.facts().flatMap((name) => this.#kept.rows.get(keyOf(name, '', '')) ?? []));
  }

  /** The names of all facts that were ever counted. */
  facts(): readonly string[] {
    return [...this.#kept.properties.keys()].filter((name) => !name.startsWith(entriesOf));
  }

  properties(name: string): readonly string[] {
    return [...(this.#kept.properties.get(name) ?? [])].filter((property) => property !== '');
  }

  types(name: string, property = ''): readonly string[] {
    return [...(this.#kept.types.get(`${name}\0${property}`) ?? [])].filter((type) => type !== '');
  }

  #make(key: string, rows: (key: string) => readonly CountRow[]): Series {
    const { made, from, hours } = this.#kept;
    const known = made.get(key);
    if (known !== undefined) return known;
    const series = new Series(from, hours, rows(key));
    made.set(key, series);
    return series;
  }
}

interface Kept {
  readonly from: number;
  readonly hours: number;
  readonly rows: Map<string, CountRow[]>;
  readonly types: Map<string, Set<string>>;
  readonly properties: Map<string, Set<string>>;
  readonly made: Map<string, Series>;
}

function keptOf(all: readonly CountRow[], { first, now }: { readonly first: number; readonly now: number }): Kept {
  const kept: Kept = { from: first, hours: now - first, rows: new Map(), types: new Map(), properties: new Map(), made: new Map() };
  for (const row of all) {
    add(kept.types, `${row.name}\0${row.property}`, row.type);
    add(kept.properties, row.name, row.property);
    const key = keyOf(row.name, row.property, row.type);
    const known = kept.rows.get(key);
    if (known === undefined) kept.rows.set(key, [row]);
    else known.push(row);
  }
  return kept;
}

/** Stands before a journey's id in the names of counts. */
export const entriesOf = 'entry:';

function keyOf(name: string, property: string, type: string): string {
  return `${name}\0${property}\0${type}`;
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
