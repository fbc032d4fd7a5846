/** Rows by id, in the order in which they came, and found by what else they are about: an index for each column that is asked for. */
export class Rows<Id, Row, Column extends string = never> {
  readonly #rows = new Map<Id, Row>();
  readonly #columns: readonly Index<Id, Row>[];
  readonly #byName: ReadonlyMap<string, Index<Id, Row>>;

  /** `columns`: under which values a row is found; null: under none. */
  constructor(columns: Readonly<Record<Column, (row: Row) => readonly unknown[]>>) {
    this.#byName = new Map(
      Object.entries<(row: Row) => readonly unknown[]>(columns).map(([name, valuesOf]) => [name, { valuesOf, ids: new Map() }]),
    );
    this.#columns = [...this.#byName.values()];
  }

  get size(): number {
    return this.#rows.size;
  }

  has(id: Id): boolean {
    return this.#rows.has(id);
  }

  get(id: Id): Row | undefined {
    return this.#rows.get(id);
  }

  set(id: Id, row: Row): void {
    const before = this.#rows.get(id);
    this.#rows.set(id, row);
    for (const column of this.#columns) reindex(column, id, before, row);
  }

  delete(id: Id): void {
    const before = this.#rows.get(id);
    this.#rows.delete(id);
    for (const column of this.#columns) reindex(column, id, before, undefined);
  }

  keys(): IterableIterator<Id> {
    return this.#rows.keys();
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Rows with this value in the column. */
  where(column: Column, value: unknown): readonly Row[] {
    return this.idsWhere(column, value).map((id) => this.#rows.get(id) as Row);
  }

  idsWhere(column: Column, value: unknown): readonly Id[] {
    return [...(this.#byName.get(column)?.ids.get(value) ?? [])];
  }

  /** Changes rows, or drops them (null). */
  change(ids: Iterable<Id>, to: (row: Row) => Row | null): void {
    for (const id of ids) {
      const after = to(this.#rows.get(id) as Row);
      if (after === null) this.delete(id);
      else this.set(id, after);
    }
  }
}

/** Rows that have no id but the order in which they came. */
export class Log<Row, Column extends string = never> extends Rows<number, Row, Column> {
  /** The number of the newest. */
  last = 0;

  push(...rows: readonly Row[]): void {
    for (const row of rows) this.set((this.last += 1), row);
  }
}

interface Index<Id, Row> {
  readonly valuesOf: (row: Row) => readonly unknown[];
  readonly ids: Map<unknown, Set<Id>>;
}

function reindex<Id, Row>({ valuesOf, ids }: Index<Id, Row>, id: Id, before: Row | undefined, after: Row | undefined): void {
  const was = before === undefined ? [] : valuesOf(before);
  const is = after === undefined ? [] : valuesOf(after);
  if (was.length === is.length && was.every((value, place) => value === is[place])) return;
  for (const value of was) if (!is.includes(value)) remove(ids, value, id);
  for (const value of is) add(ids, value, id);
}

function add<Id>(ids: Map<unknown, Set<Id>>, value: unknown, id: Id): void {
  const known = ids.get(value);
  if (known === undefined) ids.set(value, new Set([id]));
  else known.add(id);
}

function remove<Id>(ids: Map<unknown, Set<Id>>, value: unknown, id: Id): void {
  const known = ids.get(value);
  known?.delete(id);
  if (known?.size === 0) ids.delete(value);
}
