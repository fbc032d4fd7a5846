import type { FactName } from '../domain/events/fact.js';
import type { StepId } from '../domain/values/ids.js';
import type { Condition } from './conditions/condition.js';
import type { ConditionSource } from './conditions/kind.js';
import type { Step } from './definition.js';
import { distinctIds, freeId } from './distinct-ids.js';
import type { QuietHoursSource } from './fields.js';
import type { Path, Reference } from './finding.js';
import type { StepKind, StepSource, StepTools } from './steps/kind.js';
import { kindOfSource } from './steps/kind-of.js';

/** An id that tells nothing apart, because another of its kind has it. */
export interface Repeated {
  readonly of: 'step' | 'branch' | 'exit' | 'goal';
  readonly id: string;
  readonly path: Path;
}

/** What the tree needs of the journey around it. */
interface Around {
  readonly note: (named: Reference) => void;
  readonly condition: (of: ConditionSource, path: Path) => Condition;
  readonly event: (name: string, path: Path) => FactName;
  readonly repeated: (one: Repeated) => void;
  readonly quietHours: QuietHoursSource | undefined;
}

interface NamedStep {
  readonly id: StepId;
  readonly kind: Pick<StepKind<Step, unknown>, 'compile' | 'isEnd'>;
  readonly source: unknown;
  readonly path: Path;
  /** The lists of steps inside, as the kind has them. */
  readonly inside: readonly (readonly NamedStep[])[];
}

/** Makes a flat graph of the tree of steps: names them in the order of the file, then links them from the end. */
export class StepTree {
  readonly steps: Record<string, Step> = {};
  readonly places = new Map<StepId, Path>();
  readonly unreachable: { readonly id: StepId; readonly path: Path }[] = [];
  readonly #counts = new Map<string, number>();
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  /** Answers where the list begins. */
  compile(sources: readonly StepSource[], path: Path): StepId {
    const start = this.#link(this.#named(sources, path), null);
    if (start === null) throw new Error('A journey without steps passed the schema.');
    return start;
  }

  #named(sources: readonly StepSource[], path: Path): readonly NamedStep[] {
    return sources.map((source, index) => this.#nameOne(source, [...path, index]));
  }

  #nameOne(written: StepSource, at: Path): NamedStep {
    const { name, kind, of } = kindOfSource(written);
    const { id: own } = of as { readonly id?: string };
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const id = (own ?? `${name.replaceAll('_', '-')}-${count}`) as StepId;
    const path = [...at, name];
    if (this.places.has(id)) this.#around.repeated({ of: 'step', id, path: own === undefined ? path : [...path, 'id'] });
    this.places.set(id, path);
    const inside = kind.inside(of).map((list) => this.#named(list.steps, [...path, ...list.at]));
    return { id, kind, source: of, path, inside };
  }

  /** Links the steps of a list; what follows the last is `after`. */
  #link(steps: readonly NamedStep[], after: StepId | null): StepId | null {
    let next = after;
    for (const step of steps.toReversed()) {
      this.steps[step.id] = step.kind.compile(step.source, this.#toolsFor(step, next));
      next = step.id;
    }
    const end = steps.findIndex(endsOnEveryWay);
    if (end !== -1) for (const { id, path } of steps.slice(end + 1)) this.unreachable.push({ id, path });
    return next;
  }

  #toolsFor({ id, path, inside }: NamedStep, next: StepId | null): StepTools {
    const { note, condition, event, repeated, quietHours } = this.#around;
    return {
      id,
      next,
      quietHours,
      way: (list) => this.#link(inside[list] ?? [], next),
      condition: (of, ...at) => condition(of, [...path, ...at]),
      event: (name, ...at) => event(name, [...path, ...at]),
      note: (named, ...at) => note({ ...named, path: [...path, ...at] }),
      branchIds: (branches, derive) =>
        distinctIds(branches, derive, (branch, index) => repeated({ of: 'branch', id: branch, path: [...path, 'branches', index, 'id'] })),
      add: (wanted, at, make) => this.#add(wanted, [...path, ...at], make),
    };
  }

  #add(wanted: string, path: Path, make: (id: StepId) => Step): StepId {
    const id = freeId(wanted, (one) => this.places.has(one as StepId)) as StepId;
    this.places.set(id, path);
    this.steps[id] = make(id);
    return id;
  }
}

/** One with lists of steps ends where each of them does: a list that is empty goes on. */
function endsOnEveryWay({ kind, inside }: NamedStep): boolean {
  return kind.isEnd || (inside.length > 0 && inside.every((steps) => steps.some(endsOnEveryWay)));
}
