import type { FactName } from '../domain/events/fact.js';
import type { DailyHours } from '../domain/policy/quiet-hours-policy.js';
import { parseDuration } from '../domain/time/duration.js';
import type { JourneyId, StepId } from '../domain/values/ids.js';
import { toLimitMs } from '../yaml/duration-source.js';
import { type ConditionSource, compileCondition, conditionKinds, type Named } from './condition-source.js';
import type { EntryRules, ExitRule, JourneyDefinition, NamedCondition, SendStep, Step, WaitStep } from './definition.js';
import { type JourneySource, type StepSource, stepKinds } from './source.js';

export type Path = readonly PropertyKey[];

/** Something that the file names, and where, for lint to look up. */
export type Reference =
  | Named
  | { readonly kind: 'template'; readonly name: string; readonly channel: 'email' | 'sms'; readonly path: Path };

/** An id that tells nothing apart, because another of its kind has it. */
export interface Repeated {
  readonly of: 'step' | 'branch' | 'exit' | 'goal';
  readonly id: string;
  readonly path: Path;
}

/** The flat graph with what lint needs: where each step stands, what is named where, and steps that stand behind an exit. */
export interface Compiled {
  readonly definition: JourneyDefinition;
  readonly places: ReadonlyMap<StepId, Path>;
  readonly references: readonly Reference[];
  /** Ids that were written twice, at the second place. Those of branches are apart for each step. */
  readonly repeated: readonly Repeated[];
  /** Steps behind one that ends the entry on every way. */
  readonly unreachable: readonly { readonly id: StepId; readonly path: Path }[];
}

/** The tree of steps as a flat graph with stable ids: written ones, else kind and number in the order of the file. */
export function compileJourney(source: JourneySource): Compiled {
  const references: Reference[] = [];
  const repeated: Repeated[] = [];
  const note = (named: Reference): void => void references.push(named);
  const condition = (of: ConditionSource, path: Path) => compileCondition(of, path, note);
  const event = (name: string, path: Path): FactName => {
    note({ kind: 'event', name, path });
    return name as FactName;
  };
  const tree = new Tree(note, condition, event, repeated, source.quiet_hours);
  const start = tree.list(tree.named(source.steps, ['steps']), null);
  if (start === null) throw new Error('A journey without steps passed the schema.');
  const exitIds = distinctIds(
    source.exits,
    (rule, index) => (rule.on === undefined ? `condition-${index + 1}` : slug(rule.on)),
    (id, index) => repeated.push({ of: 'exit', id, path: ['exits', index, 'id'] }),
  );
  distinctIds(
    source.goals,
    ({ id }) => id,
    (id, index) => repeated.push({ of: 'goal', id, path: ['goals', index, 'id'] }),
  );

  const definition: JourneyDefinition = {
    format: 1,
    id: source.journey as JourneyId,
    name: source.name,
    description: source.description,
    priority: source.priority,
    class: source.class,
    topic: source.topic,
    trigger: source.trigger.event
      ? {
          kind: 'event',
          event: event(source.trigger.event.name, ['trigger', 'event', 'name']),
          where: source.trigger.event.where ? condition(source.trigger.event.where, ['trigger', 'event', 'where']) : null,
        }
      : {
          kind: 'inactivity',
          after: (source.trigger.inactivity?.after ?? []).map((name, index) => event(name, ['trigger', 'inactivity', 'after', index])),
          resetOn: (source.trigger.inactivity?.reset_on ?? []).map((name, index) =>
            event(name, ['trigger', 'inactivity', 'reset_on', index]),
          ),
          forMs: toLimitMs(source.trigger.inactivity?.for ?? 'PT0S'),
        },
    entry: entryRules(source.entry, condition),
    exits: source.exits.map((rule, index) => exitRule(rule, exitIds[index] ?? '', ['exits', index], condition, event)),
    goals: source.goals.map((goal, index) => ({
      id: goal.id,
      event: event(goal.event, ['goals', index, 'event']),
      withinMs: toLimitMs(goal.within),
    })),
    maxDurationMs: source.max_duration === undefined ? null : toLimitMs(source.max_duration),
    catchUp:
      typeof source.catch_up === 'string'
        ? { kind: source.catch_up }
        : { kind: 'send_if_within', ms: toLimitMs(source.catch_up.send_if_within) },
    holdout: source.holdout,
    start,
    steps: tree.steps,
  };
  note({ kind: 'topic', name: source.topic, path: ['topic'] });
  return { definition, places: tree.places, references, repeated, unreachable: tree.unreachable };
}

type Conditions = (of: ConditionSource, path: Path) => ReturnType<typeof compileCondition>;
type Events = (name: string, path: Path) => FactName;

function entryRules(entry: JourneySource['entry'], condition: Conditions): EntryRules {
  return {
    key: typeof entry.key === 'string' ? { kind: entry.key } : { kind: 'event', path: entry.key.event },
    filters: entry.filters.map((filter, index): NamedCondition => {
      const { reason, ...of } = filter;
      return { reason: reason ?? defaultReason(of), condition: condition(of, ['entry', 'filters', index]) };
    }),
    reentry: typeof entry.reentry === 'string' ? { kind: entry.reentry } : { kind: 'interval', ms: toLimitMs(entry.reentry.interval) },
    concurrency: entry.concurrency,
  };
}

/** A filter's reason where the marketer gives none: it says what was missing. */
function defaultReason(of: ConditionSource): string {
  if (of.identified !== undefined) return of.identified ? 'not-identified' : 'identified';
  if (of.consent) return of.consent.granted ? 'no-consent' : 'has-consent';
  const kind = conditionKinds.find((name) => of[name] !== undefined) ?? 'all';
  return `${kind.replaceAll('_', '-')}-not-met`;
}

function exitRule(rule: JourneySource['exits'][number], id: string, path: Path, condition: Conditions, event: Events): ExitRule {
  const on: ExitRule['on'] =
    rule.on === undefined
      ? { kind: 'condition', condition: condition(rule.when as ConditionSource, [...path, 'when']) }
      : {
          kind: 'event',
          event: event(rule.on, [...path, 'on']),
          match: rule.match ?? 'any',
          where: rule.where ? condition(rule.where, [...path, 'where']) : null,
        };
  return { id, on, outcome: rule.outcome };
}

interface NamedStep {
  readonly id: StepId;
  readonly source: StepSource;
  readonly path: Path;
  /** Steps inside, by the keys that lead to them. */
  readonly inside: ReadonlyMap<string, readonly NamedStep[]>;
}

/** Names the steps in the order of the file, then links them from the end. */
class Tree {
  readonly steps: Record<string, Step> = {};
  readonly places = new Map<StepId, Path>();
  readonly unreachable: { readonly id: StepId; readonly path: Path }[] = [];
  readonly #counts = new Map<string, number>();
  readonly #note: (named: Reference) => void;
  readonly #condition: Conditions;
  readonly #event: Events;
  readonly #repeated: Repeated[];
  readonly #hours: JourneySource['quiet_hours'];

  constructor(
    note: (named: Reference) => void,
    condition: Conditions,
    event: Events,
    repeated: Repeated[],
    hours: JourneySource['quiet_hours'],
  ) {
    this.#hours = hours;
    this.#note = note;
    this.#condition = condition;
    this.#event = event;
    this.#repeated = repeated;
  }

  named(sources: readonly StepSource[], path: Path): readonly NamedStep[] {
    return sources.map((source, index) => this.#nameOne(source, [...path, index]));
  }

  #nameOne(source: StepSource, path: Path): NamedStep {
    const kind = kindOf(source);
    const of = source[kind];
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const id = (of?.id ?? `${kind.replace('_', '-')}-${count}`) as StepId;
    const at = [...path, kind];
    if (this.places.has(id)) this.#repeated.push({ of: 'step', id, path: of?.id === undefined ? at : [...at, 'id'] });
    this.places.set(id, at);
    const inside = new Map<string, readonly NamedStep[]>();
    const branches = source.split?.branches ?? source.wait_until?.branches ?? [];
    branches.forEach((branch, index) => inside.set(`branch ${index}`, this.named(branch.steps, [...at, 'branches', index, 'steps'])));
    const otherwise = source.split ? 'else' : 'on_timeout';
    const rest = source.split?.else ?? source.wait_until?.on_timeout;
    if (rest) inside.set('otherwise', this.named(rest.steps, [...at, otherwise, 'steps']));
    return { id, source, path: at, inside };
  }

  /** Links the steps of a list; what follows the last is `after`. Answers where the list begins. */
  list(steps: readonly NamedStep[], after: StepId | null): StepId | null {
    let next = after;
    for (const step of steps.toReversed()) {
      this.steps[step.id] = this.#compile(step, next);
      next = step.id;
    }
    const end = steps.findIndex((step) => endsOnEveryWay(step));
    if (end !== -1) for (const { id, path } of steps.slice(end + 1)) this.unreachable.push({ id, path });
    return next;
  }

  #compile({ id, source, path, inside }: NamedStep, next: StepId | null): Step {
    const way = (key: string): StepId | null => this.list(inside.get(key) ?? [], next);
    if (source.send) return this.#send(id, next, source.send, path);
    if (source.wait) return this.#wait(id, next, source.wait, path);
    if (source.wait_until) {
      const { branches, timeout, lookback } = source.wait_until;
      const ids = this.#branchIds(branches, (branch) => slug(branch.on), path);
      return {
        kind: 'wait_until',
        id,
        next,
        branches: branches.map((branch, index) => ({
          id: ids[index] ?? '',
          event: this.#event(branch.on, [...path, 'branches', index, 'on']),
          match: branch.match,
          where: branch.where ? this.#condition(branch.where, [...path, 'branches', index, 'where']) : null,
          next: way(`branch ${index}`),
        })),
        timeoutMs: toLimitMs(timeout),
        onTimeout: way('otherwise'),
        lookback,
      };
    }
    if (source.split) {
      const ids = this.#branchIds(source.split.branches, (_, index) => `branch-${index + 1}`, path);
      return {
        kind: 'split',
        id,
        next: way('otherwise'),
        branches: source.split.branches.map((branch, index) => ({
          id: ids[index] ?? '',
          when: this.#condition(branch.when, [...path, 'branches', index, 'when']),
          next: way(`branch ${index}`),
        })),
      };
    }
    const exit = source.exit ?? { outcome: 'completed' as const, reason: undefined };
    return { kind: 'exit', id, next: null, outcome: exit.outcome, reason: exit.reason ?? exit.outcome };
  }

  /** Branches of one step need ids of their own: a wait remembers by them what it has heard. Derived ones step aside for written ones. */
  #branchIds<B extends { readonly id?: string | undefined }>(
    branches: readonly B[],
    derive: (branch: B, index: number) => string,
    path: Path,
  ): readonly string[] {
    return distinctIds(branches, derive, (id, index) =>
      this.#repeated.push({ of: 'branch', id, path: [...path, 'branches', index, 'id'] }),
    );
  }

  #send(id: StepId, next: StepId | null, source: NonNullable<StepSource['send']>, path: Path): SendStep {
    const { channel, template, deadline, not_after_start, on_capped, obeys_cap, counts_toward_cap, user_initiated, expected_margin } =
      source;
    this.#note({ kind: 'template', name: template, channel, path: [...path, 'template'] });
    const step: SendStep = {
      kind: 'send',
      id,
      next,
      channel,
      template,
      deadlineMs: toLimitMs(deadline),
      notAfterStartMs: not_after_start === undefined ? null : toLimitMs(not_after_start),
      ...narrowedHours(this.#hours, source.quiet_hours),
      onCapped: 'defer',
      ...(obeys_cap === undefined ? {} : { obeysCap: obeys_cap }),
      ...(counts_toward_cap === undefined ? {} : { countsTowardCap: counts_toward_cap }),
      ...(user_initiated ? { isUserInitiated: true } : {}),
      ...(expected_margin === undefined ? {} : { expectedMargin: expected_margin }),
    };
    if (typeof on_capped === 'string') return { ...step, onCapped: on_capped };
    if ('defer' in on_capped) return { ...step, deferWithinMs: toLimitMs(on_capped.defer.within) };
    return { ...step, onCapped: 'fallback_channel', fallback: this.#fallback(step, on_capped.fallback_channel.template, path) };
  }

  /** A step of its own, so that its message has its own id, verdict and line: the same message on the other channel, once. */
  #fallback(step: SendStep, template: string, sendPath: Path): StepId {
    const path = [...sendPath, 'on_capped', 'fallback_channel'];
    const channel = step.channel === 'email' ? 'sms' : 'email';
    this.#note({ kind: 'template', name: template, channel, path: [...path, 'template'] });
    let id = `${step.id}-${channel}` as StepId;
    for (let count = 2; this.places.has(id); count += 1) id = `${step.id}-${channel}-${count}` as StepId;
    this.places.set(id, path);
    this.steps[id] = { ...step, id, channel, template, onCapped: 'skip' };
    return id;
  }

  #wait(id: StepId, next: StepId | null, source: NonNullable<StepSource['wait']>, path: Path): WaitStep {
    const duration = parseDuration(source.for);
    if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
    const isStep = source.from !== 'previous' && source.from !== 'start';
    if (isStep) this.#note({ kind: 'step', name: source.from, path: [...path, 'from'] });
    return {
      kind: 'wait',
      id,
      next,
      length: duration.kind === 'elapsed' ? duration : { kind: 'calendar', days: duration.days, at: source.at ?? null },
      from: isStep ? { kind: 'step', step: source.from as StepId } : { kind: source.from as 'previous' | 'start' },
    };
  }
}

/** The hours that journey and step leave together. */
function narrowedHours(
  ofJourney: JourneySource['quiet_hours'],
  ofStep: JourneySource['quiet_hours'],
): { readonly hours: DailyHours } | Record<never, never> {
  const narrowed = [ofJourney, ofStep].flatMap((hours) => (hours === undefined ? [] : [hours]));
  if (narrowed.length === 0) return {};
  const hours = {
    opens: Math.max(...narrowed.map(({ opens }) => minuteOfDay(opens))),
    closes: Math.min(...narrowed.map(({ closes }) => minuteOfDay(closes))),
  };
  return { hours };
}

function minuteOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  return hours * 60 + minutes;
}

/** The written ids, and for the rest derived ones that none has: two branches on one fact are `order-paid` and `order-paid-2`. */
function distinctIds<T extends { readonly id?: string | undefined }>(
  items: readonly T[],
  derive: (item: T, index: number) => string,
  complain: (id: string, index: number) => void,
): readonly string[] {
  const taken = new Set<string>();
  for (const [index, { id }] of items.entries()) {
    if (id === undefined) continue;
    if (taken.has(id)) complain(id, index);
    taken.add(id);
  }
  return items.map((item, index) => {
    if (item.id !== undefined) return item.id;
    const wanted = derive(item, index);
    let id = wanted;
    for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
    taken.add(id);
    return id;
  });
}

/** `order.paid` → `order-paid`. */
function slug(fact: string): string {
  return fact.replaceAll(/[^a-zA-Z0-9]+/g, '-').toLowerCase();
}

function kindOf(source: StepSource): (typeof stepKinds)[number] {
  const kind = stepKinds.find((name) => source[name] !== undefined);
  if (kind === undefined) throw new Error('A step without a kind passed the schema.');
  return kind;
}

function endsOnEveryWay({ source, inside }: NamedStep): boolean {
  if (source.exit) return true;
  const branches = source.split?.branches ?? source.wait_until?.branches;
  if (branches === undefined) return false;
  const ways = [...branches.map((_, index) => inside.get(`branch ${index}`) ?? []), inside.get('otherwise') ?? []];
  return ways.every((steps) => steps.some(endsOnEveryWay));
}
