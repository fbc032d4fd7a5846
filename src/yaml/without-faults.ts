import type { z } from 'zod';

type Path = readonly PropertyKey[];

/** A value without what its schema refuses, so that the rest can be checked in the same go. */
export interface WithoutFaults<T> {
  readonly value: T;
  /** The same place in the file as it was written: items of lists have moved up. */
  pathInFile(path: Path): Path;
  /** Places that were left out or stand for something else: what is said of them is not the writer's fault. */
  readonly touched: readonly Path[];
}

/** A refused value stands on a required key at the top of the file: this is taken for it. */
type StandIns = Readonly<Record<string, unknown>>;

/** More rounds than a hand makes kinds of mistakes: each leaves out at least one value. */
const mostRounds = 40;

/** Leaves out what is refused, the smallest part that may be missing, until the schema takes the rest. Null: too little would be left. */
export function withoutFaults<T extends z.ZodType>(schema: T, written: unknown, standIns: StandIns): WithoutFaults<z.output<T>> | null {
  const draft = structuredClone(written);
  if (!isThing(draft) || Array.isArray(draft)) return null;
  const places = new Map<object, number[]>();
  numberItems(draft, places);
  const touched: Path[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const parsed = schema.safeParse(draft);
    if (parsed.success) return { value: parsed.data, pathInFile: (path) => inFile(draft, places, path), touched };
    const issues = parsed.error.issues.toSorted((a, b) => comparePaths(b.path, a.path));
    for (const issue of issues) {
      const cut = placeToCut(draft, issue);
      touched.push(inFile(draft, places, cut));
      if (!leaveOut(draft, cut, places, standIns)) return null;
    }
  }
  return null;
}

function placeToCut(draft: unknown, issue: z.core.$ZodIssue): Path {
  if (issue.code === 'unrecognized_keys') return [...issue.path, issue.keys[0] ?? ''];
  // What is missing cannot be left out: what should hold it is, unless that is the file.
  return issue.path.length > 1 && at(draft, issue.path) === undefined ? issue.path.slice(0, -1) : issue.path;
}

/** False: nothing could be left out any more. */
function leaveOut(draft: object, path: Path, places: Map<object, number[]>, standIns: StandIns): boolean {
  const key = path.at(-1);
  const holder = at(draft, path.slice(0, -1));
  if (key === undefined) return false;
  // Left out already, together with something around it.
  if (!isThing(holder)) return true;
  if (Array.isArray(holder)) {
    holder.splice(Number(key), 1);
    places.get(holder)?.splice(Number(key), 1);
    return true;
  }
  const name = String(key);
  if (path.length > 1) return delete (holder as Record<string, unknown>)[name];
  const before = holder[name];
  delete (holder as Record<string, unknown>)[name];
  if (!Object.hasOwn(standIns, name)) return true;
  (holder as Record<string, unknown>)[name] = structuredClone(standIns[name]);
  return JSON.stringify(before) !== JSON.stringify(standIns[name]);
}

/** Where each item of each list stood. */
function numberItems(value: unknown, places: Map<object, number[]>): void {
  if (!isThing(value) || places.has(value)) return;
  if (Array.isArray(value)) places.set(value, [...value.keys()]);
  else places.set(value, []);
  for (const part of Object.values(value)) numberItems(part, places);
}

function inFile(draft: unknown, places: ReadonlyMap<object, readonly number[]>, path: Path): Path {
  let value = draft;
  return path.map((key) => {
    const holder = value;
    value = isThing(holder) ? holder[String(key)] : undefined;
    return Array.isArray(holder) ? (places.get(holder)?.[Number(key)] ?? Number(key)) : key;
  });
}

/** Later items of a list come first, so that leaving one out moves none of those to come. */
function comparePaths(a: Path, b: Path): number {
  for (const [index, key] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (key === other) continue;
    return typeof key === 'number' && typeof other === 'number' ? key - other : String(key).localeCompare(String(other));
  }
  return a.length - b.length;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce((inside: unknown, key) => (isThing(inside) ? inside[String(key)] : undefined), value);
}

function isThing(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
