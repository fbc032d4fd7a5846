import { durationWords } from '../domain/time/duration.js';
import { allConditions, describeCondition, evaluate } from './conditions/kind-of.js';
import { type EngineContext, factsAbout } from './context.js';
import type { ExitRule, FactMatch, GoalRule, JourneyDefinition, Step } from './definition.js';
import { answerKey, type EntryInput, type EntryOutcome, type EntryState, type TraceLine } from './entry.js';
import { entryKey } from './entry-key.js';
import { listensAt, readBy, takenAt } from './steps/kind-of.js';
import { unmetKey } from './steps/step.js';
import { sayFact } from './words.js';

type FactInput = Extract<EntryInput, { readonly kind: 'fact' }>;

/** Why an entry ends before its last step. */
export interface Leaving {
  readonly outcome: EntryOutcome;
  readonly reason: string;
  readonly text: string;
}

/** What inputs did: the state that remembers them, the first exit among them, and the pause they end. */
export interface Taken {
  readonly state: EntryState;
  readonly leaving: Leaving | null;
  readonly resume: Extract<EntryInput, { readonly kind: 'resume' }> | null;
  readonly trace: readonly TraceLine[];
}

/** Takes inputs in the order they came: goals are recorded, awaited facts remembered, and the first exit decides. */
export function takeInputs(context: EngineContext, before: EntryState, inputs: readonly EntryInput[]): Taken {
  let taken: Taken = { state: before, leaving: null, resume: null, trace: [] };
  for (const input of inputs) {
    switch (input.kind) {
      case 'fact':
        taken = takeFact(context, taken, input);
        break;
      case 'exit':
        taken = {
          ...taken,
          leaving: taken.leaving ?? { outcome: 'exited', reason: input.reason, text: `Exits the journey: ${input.reason}.` },
        };
        break;
      case 'resume':
        taken = { ...taken, resume: input };
        break;
      case 'receipt':
        // Conditions read receipts from the facts; the input only woke the entry.
        break;
      case 'answer':
        taken = { ...taken, state: takeAnswer(context, taken.state, input) };
        break;
      case 'outranked':
        // What lost its slot is pending still.
        break;
      default:
        throw unknownInput(input);
    }
  }
  return taken;
}

/** The first exit rule whose condition holds now. Unknown does not hold: nobody leaves for what is not known. */
export function conditionExit(context: EngineContext, state: EntryState): Leaving | null {
  const facts = factsAbout(context, state.trigger, state.told);
  for (const rule of context.definition.exits) {
    if (rule.on.kind !== 'condition' || evaluate(rule.on.condition, facts) !== 'true') continue;
    return { outcome: rule.outcome, reason: rule.id, text: `Exits the journey (${rule.id}): ${describeCondition(rule.on.condition)}.` };
  }
  return null;
}

/** A journey that has gone on for too long ends, whatever it is at. */
export function overlong({ definition, at }: EngineContext, state: EntryState): Leaving | null {
  const { maxDurationMs } = definition;
  if (maxDurationMs === null || at < state.startedAt + maxDurationMs) return null;
  return { outcome: 'exited', reason: 'max-duration', text: `Exits the journey: ${durationWords(maxDurationMs)} are over.` };
}

/** Only the step that waits for it takes it: what comes after its time-out is nobody's. */
function takeAnswer(
  { definition }: EngineContext,
  state: EntryState,
  answer: Extract<EntryInput, { readonly kind: 'answer' }>,
): EntryState {
  const { step: id, visit, outcome, at, properties } = answer;
  const step = definition.steps[id];
  if (step === undefined || state.step !== id || state.visit !== visit) return state;
  const told = { at, properties: shortOnes(properties, asked(definition, step) ?? new Set()) };
  return {
    ...state,
    heard: { ...state.heard, [answerKey(id, visit, outcome)]: at },
    ...(outcome === 'answered' ? { told: { ...state.told, [id]: told } } : {}),
  };
}

function takeFact(context: EngineContext, taken: Taken, fact: FactInput): Taken {
  const { definition } = context;
  const met = definition.goals.filter((goal) => satisfies(goal, fact, taken.state));
  const fresh = met.filter((goal) => taken.state.goals[goal.id] === undefined);
  const state = {
    ...taken.state,
    goals: { ...taken.state.goals, ...Object.fromEntries(fresh.map((goal) => [goal.id, fact.at])) },
    heard: { ...taken.state.heard, ...heardIn(context, taken.state, fact) },
    ...toldIn(context, taken.state, fact),
  };
  const lines = fresh.map((goal): TraceLine => ({ at: context.at, step: null, kind: 'goal', text: goalText(goal, fact, state) }));
  const rule = taken.leaving === null ? exitBy(context, state, fact) : null;
  const leaving = rule === null ? taken.leaving : leave(rule, fact, met.length > 0);
  return { ...taken, state, leaving, trace: [...taken.trace, ...lines, ...(leaving === null ? unmet(context, state, fact) : [])] };
}

/** Of a fact that the present wait listens to, and that meets none of its branches. */
function unmet({ at }: EngineContext, { step, heard, dueAt }: EntryState, fact: FactInput): readonly TraceLine[] {
  if (step === null || heard[unmetKey(step, fact.name)] !== fact.at || fact.at > (dueAt ?? fact.at)) return [];
  return [{ at, step, kind: 'note', text: `Waits on: ${sayFact(fact.name)} came, and fits no branch.` }];
}

/** An order that came late may have happened before the start: it ends the entry, and is no success of it. */
function satisfies(goal: GoalRule, fact: FactInput, state: EntryState): boolean {
  const after = fact.at - state.startedAt;
  return goal.event === fact.name && after >= 0 && after <= goal.withinMs;
}

function exitBy(context: EngineContext, state: EntryState, fact: FactInput): ExitRule | null {
  return (
    context.definition.exits.find(
      ({ on }) =>
        on.kind === 'event' && on.event === fact.name && matches(context, state, on.match, fact) && holds(context, on.where, fact),
    ) ?? null
  );
}

function leave(rule: ExitRule, fact: FactInput, satisfiesGoal: boolean): Leaving {
  const text = `Exits the journey (${rule.id}): ${sayFact(fact.name)}${fact.profileMatch ? '' : `, by the same ${fact.shared[0] ?? 'cart'} under another profile`}.`;
  return { outcome: satisfiesGoal ? 'converted' : rule.outcome, reason: rule.id, text };
}

/**
 * Which branches this fact is the earliest to meet: those of the present wait, and of waits that look back. Facts may arrive in any order.
 * Where it meets none of a wait that listens to it, that is remembered too, so that the story does not say that it did not come.
 */
function heardIn(context: EngineContext, state: EntryState, fact: FactInput): Readonly<Record<string, number>> {
  const heard: Record<string, number> = {};
  for (const step of Object.values(context.definition.steps)) {
    const listening = listensAt(step).filter(({ event, match, looksBack }) => {
      const from = looksBack ? state.startedAt : step.id === state.step ? state.arrivedAt : Number.POSITIVE_INFINITY;
      return fact.at >= from && event === fact.name && matches(context, state, match, fact);
    });
    const met = listening.filter(({ where }) => holds(context, where, fact)).map(({ key }) => key);
    const keys = listening.length > 0 && met.length === 0 ? [unmetKey(step.id, fact.name)] : met;
    for (const key of keys) if (fact.at < (state.heard[key] ?? Number.POSITIVE_INFINITY)) heard[key] = fact.at;
  }
  return heard;
}

/** The event itself, where a branch of a wait is met by it, earlier than by any other. */
function toldIn(context: EngineContext, state: EntryState, fact: FactInput): Pick<EntryState, 'told'> {
  const heard = heardIn(context, state, fact);
  const told = Object.values(context.definition.steps).flatMap((step) => {
    const isMet = listensAt(step).some(({ key }) => heard[key] === fact.at);
    if (!isMet || fact.at >= (state.told?.[step.id]?.at ?? Number.POSITIVE_INFINITY)) return [];
    const names = asked(context.definition, step);
    if (names === null) return [];
    return [[step.id, { at: fact.at, eventId: fact.eventId, properties: shortOnes(fact.properties, names) }] as const];
  });
  return told.length === 0 ? {} : { told: { ...state.told, ...Object.fromEntries(told) } };
}

/** Which properties of what a wait hears are kept: those that its journey asks for, and no others; null: nobody asks for the event. */
function asked({ steps, exits }: JourneyDefinition, step: Step): ReadonlySet<string> | null {
  const conditions = [
    ...Object.values(steps).flatMap(readBy),
    ...exits.flatMap(({ on }) => (on.kind === 'condition' ? [on.condition] : [])),
  ];
  const named = conditions.flatMap(allConditions).flatMap((one) => (one.kind === 'heard' && one.step === step.id ? [one.property] : []));
  const taken = Object.values(steps)
    .flatMap(takenAt)
    .filter((one) => one.step === null || one.step === step.id);
  const remembered = step.kind === 'wait_until' ? (step.remember ?? []) : [];
  if (named.length + taken.length + remembered.length === 0) return null;
  return new Set([...named, ...taken.flatMap(({ property }) => property ?? []), ...remembered]);
}

/** Numbers, flags and short texts: what conditions compare and messages show. An entry carries them along. */
function shortOnes(properties: FactInput['properties'], names: ReadonlySet<string>): FactInput['properties'] {
  const isShort = (value: unknown): boolean =>
    typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.length <= longestHeard);
  return Object.fromEntries(Object.entries(properties).filter(([name, value]) => names.has(name) && isShort(value)));
}

const longestHeard = 500;

function matches({ definition: { entry } }: EngineContext, { trigger }: EntryState, match: FactMatch, fact: FactInput): boolean {
  switch (match) {
    case 'any':
      return fact.profileMatch || fact.shared.length > 0;
    case 'profile':
      return fact.profileMatch;
    case 'cart':
    case 'order':
      return fact.shared.includes(match);
    case 'key':
      if (entry.key.kind !== 'profile' && entry.key.kind !== 'event') return fact.shared.includes(entry.key.kind);
      return fact.profileMatch && entryKey(entry, fact) === entryKey(entry, { properties: trigger });
  }
}

function holds(context: EngineContext, where: ExitWhere, fact: FactInput): boolean {
  return where === null || evaluate(where, factsAbout(context, fact.properties)) === 'true';
}

type ExitWhere = Extract<JourneyDefinition['exits'][number]['on'], { readonly kind: 'event' }>['where'];

function goalText(goal: GoalRule, fact: FactInput, state: EntryState): string {
  return `Reaches the goal ${goal.id}: ${sayFact(fact.name)}, ${durationWords(fact.at - state.startedAt)} after the start.`;
}

function unknownInput(input: never): Error {
  return new Error(
    `An entry was given an input of the kind ${JSON.stringify((input as EntryInput).kind)}, which this version does not know.`,
  );
}
