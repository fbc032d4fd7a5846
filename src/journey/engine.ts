import type { VerdictReason } from '../domain/gate/verdict.js';
import type { MessageState } from '../domain/messages/message.js';
import { countWords, durationWords } from '../domain/time/duration.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { StepId } from '../domain/values/ids.js';
import { awaitedBy } from './awaiting.js';
import type { Condition } from './conditions/condition.js';
import { allConditions, conditionKind, describeTruth, evaluate } from './conditions/kind-of.js';
import { type EngineContext, factsAbout } from './context.js';
import type { JourneyDefinition, SendStep, Step, StepEffect } from './definition.js';
import type { EntryInput, EntryState, Pending, TraceLine } from './entry.js';
import { conditionExit, type Leaving, overlong, takeInputs } from './inputs.js';
import type { Need } from './knowledge.js';
import type { Move } from './steps/kind.js';
import { messageOf, readBy, stepKind } from './steps/kind-of.js';
import { reachedAt, sendDeadline } from './steps/send.js';
import { triggerKind } from './triggers/kind-of.js';
import { sayChannel, sayReason } from './words.js';

export type { EngineContext } from './context.js';

/** What is known of the person's other entries of this journey. */
export interface EntryHistory {
  readonly lastEnteredAt: Instant | null;
  readonly enteredBefore: boolean;
  /** Other open entries of this journey and profile. */
  readonly openOthers: number;
}

export interface Advanced {
  readonly state: EntryState;
  readonly pending: Pending;
  readonly trace: readonly TraceLine[];
  /** What steps asked for on the way: to be written with the entry. */
  readonly asked: readonly AskedEffect[];
}

/** An effect that a step asks for. Step and visit tell it apart from all others of the entry, so that it happens once. */
export interface AskedEffect {
  readonly step: StepId;
  readonly visit: number;
  readonly effect: StepEffect;
}

/** How a pending send was settled; `reason` says why it was not sent. */
export interface SendResult {
  readonly kind: 'accepted' | 'unknown' | 'skipped' | 'withheld' | 'failed';
  readonly reason: VerdictReason | null;
}

/** Far more than any journey has; who walks more in one turn walks in circles. */
const maxMoves = 200;

/**
 * An entry before its first step. `startedAt` is what `from: start`, `not_after_start` and `max_duration` count from: `at`, unless a turn
 * comes late and the journey's own start (the idle instant) is earlier.
 */
export function newEntryState(args: {
  readonly at: Instant;
  readonly startedAt?: Instant;
  readonly trigger: Readonly<Record<string, unknown>>;
  /** As in `EntryState`. */
  readonly depth?: number | undefined;
}): EntryState {
  return {
    format: 1,
    step: null,
    visit: 0,
    arrivedAt: args.at,
    startedAt: args.startedAt ?? args.at,
    leftAt: {},
    visits: {},
    dueAt: null,
    trigger: args.trigger,
    goals: {},
    heard: {},
    ...(args.depth === undefined ? {} : { depth: args.depth }),
  };
}

/** May the person enter now? Filters first, because they say most; then how often; then beside what. */
export function decideEntry(
  context: EngineContext,
  history: EntryHistory,
): { readonly kind: 'enter' } | { readonly kind: 'not-entered'; readonly reason: string; readonly text: string } {
  const { entry } = context.definition;
  const facts = factsAbout(context, context.facts.event);
  for (const { reason, condition } of entry.filters) {
    const answer = evaluate(condition, facts);
    if (answer !== 'true') return notEntered(reason, describeTruth(condition, answer));
  }
  return tooSoon(context, history) ?? besideOthers(context, history) ?? { kind: 'enter' };
}

/**
 * One step of the story: consumes the inputs, of which an exit wins over everything else, looks at condition exits and the maximum
 * duration, and walks on until something is pending. What is due is decided by `context.at`. A pending send stays pending until
 * `completeSend`.
 */
export function advance(context: EngineContext, state: EntryState, inputs: readonly EntryInput[]): Advanced {
  const taken = takeInputs(context, state, inputs);
  const leaving = taken.leaving ?? conditionExit(context, taken.state) ?? overlong(context, taken.state);
  if (leaving !== null) return finish(context, { state: taken.state, trace: taken.trace, asked: [] }, leaving);
  return walk(context, taken.state, taken.trace, taken.resume);
}

/**
 * The gate or the provider settled the pending send: the entry goes on to the next step. Conditions from here on know the outcome, and
 * exits by condition are read again. If a cap refused it and the step has a fallback channel, that comes next. A turn that settles several
 * sends passes the outcomes of the earlier ones (`withOutcome`).
 */
export function completeSend(before: EngineContext, state: EntryState, result: SendResult): Advanced {
  const context = state.step === null ? before : withOutcome(before, state.step, result.kind);
  const step = state.step === null ? undefined : context.definition.steps[state.step];
  const message = step === undefined ? null : messageOf(step);
  if (step === undefined || message === null)
    throw new Error(`Journey ${context.definition.id} has no pending send at the step ${state.step ?? 'before the first'}.`);
  const line: TraceLine = { at: context.at, step: step.id, kind: 'outcome', text: sayResult(message, result) };
  const left = leave(state, context.at);
  const isCapped = result.kind === 'skipped' && result.reason === 'frequency-cap';
  const next = isCapped ? (message.fallback ?? step.next) : step.next;
  const place: Place = { state: left, trace: [line], dueSince: context.at, asked: [] };
  if (next === null) return finish(context, place, atTheEnd);
  const leaving = conditionExit(context, left);
  if (leaving !== null) return finish(context, place, leaving);
  const there = arrive(context, place, next);
  return walk(context, there.state, there.trace, null);
}

/** What conditions may read once the message of `step` was settled in this turn; the facts were read before. */
export function withOutcome(context: EngineContext, step: StepId, kind: SendResult['kind']): EngineContext {
  const known = context.facts.messages[step];
  const settled = settledStates[kind];
  // A receipt may have told more than the provider's answer.
  const state = known !== undefined && settled === 'accepted' && afterAcceptance.has(known.state) ? known.state : settled;
  const messages = { ...context.facts.messages, [step]: { state, receipts: known?.receipts ?? [] } };
  return { ...context, facts: { ...context.facts, messages } };
}

const afterAcceptance: ReadonlySet<MessageState> = new Set(['delivered', 'bounced', 'failed']);

/** How the ledger has it: what a provider refuses for good was never sent, and `failed` is what it accepted and could not deliver. */
const settledStates: Readonly<Record<SendResult['kind'], MessageState>> = {
  accepted: 'accepted',
  unknown: 'unknown',
  skipped: 'skipped',
  withheld: 'withheld',
  failed: 'skipped',
};

/**
 * What the journey's conditions and steps need to know beside what every turn does: what must be loaded. A definition never changes, and
 * every turn asks.
 */
export function needsOf(definition: JourneyDefinition): readonly Need[] {
  const known = needs.get(definition) ?? workedOutNeeds(definition);
  needs.set(definition, known);
  return known;
}

const needs = new WeakMap<JourneyDefinition, readonly Need[]>();

function workedOutNeeds(definition: JourneyDefinition): readonly Need[] {
  return [
    ...conditionsOf(definition)
      .flatMap(allConditions)
      .flatMap((condition) => conditionKind(condition).needs(condition)),
    ...Object.values(definition.steps).flatMap((step) => stepKind(step).needs(step)),
  ];
}

function walk(context: EngineContext, from: EntryState, before: readonly TraceLine[], resume: Resume | null): Advanced {
  const { definition } = context;
  let place: Place = { state: from, trace: before, dueSince: resume?.slotAt ?? from.arrivedAt, asked: [] };
  if (from.step === null)
    place = arrive(context, note(context, place, null, 'entered', `Enters the journey “${definition.name}”.`), definition.start);
  for (let moves = 0; moves < maxMoves; moves += 1) {
    const moved = moveOn(context, place, resume);
    if (moved.kind === 'rests') return moved.advanced;
    if (moved.to === null) return finish(context, moved.place, atTheEnd);
    place = arrive(context, moved.place, moved.to);
  }
  throw new Error(
    `Journey ${definition.id} made ${maxMoves} moves in one turn without coming to a wait; the last one led to the step ${place.state.step}.`,
  );
}

type Moved =
  | { readonly kind: 'rests'; readonly advanced: Advanced }
  | { readonly kind: 'goes'; readonly place: Place; readonly to: StepId | null };

/** What the present step says: the entry rests here, or has left it. */
function moveOn(context: EngineContext, before: Place, resume: Resume | null): Moved {
  const step = presentStep(context.definition, before.state);
  const move = stepKind(step).move(step, before.state, context);
  switch (move.kind) {
    case 'stay': {
      const state = { ...before.state, dueAt: move.until ?? before.state.dueAt };
      return rests(withAsked({ ...before, state }, move.asks), waiting(context, state, move.sentence));
    }
    case 'send':
      return comeToSend(context, before, step, resume);
    case 'say':
      return sayFirst(context, before, step, move);
    case 'finish':
      return { kind: 'rests', advanced: finish(context, withAsked(before, move.asks), move) };
    case 'go': {
      const place = withAsked(before, move.asks);
      const told = move.line === null ? place : note(context, place, step.id, move.line.kind, move.line.text);
      return {
        kind: 'goes',
        place: { ...told, state: heldOut(leave(told.state, context.at), move.holdsOut), dueSince: move.dueSince ?? told.dueSince },
        to: move.to,
      };
    }
  }
}

/** What it says is written first. The step has said it when it has an instant. */
function sayFirst(context: EngineContext, place: Place, step: Step, { event, line }: Extract<Move, { readonly kind: 'say' }>): Moved {
  if (place.state.dueAt !== null)
    throw new Error(`The step ${step.id} of journey ${context.definition.id} says the same again, although it is written.`);
  const told = note(context, place, step.id, line.kind, line.text);
  const state = { ...told.state, dueAt: context.at };
  return rests({ ...told, state }, { kind: 'say', event, awaiting: awaitedBy(context.definition, context.about, state) });
}

/** Its message is pending, unless a pause has made it too late. */
function comeToSend(context: EngineContext, place: Place, step: Step, resume: Resume | null): Moved {
  const message = messageOf(step);
  if (message === null) throw new Error(`The step ${step.id} of journey ${context.definition.id} sends, and has no message.`);
  // The wait for a chosen hour is no delay either.
  const dueSince = message.hourWithinMs === undefined ? place.dueSince : Math.max(place.dueSince, reachedAt(message, place.state));
  const late = resume === null ? null : catchUp(context, message, dueSince, resume);
  if (late === null) return rests(place, sending(context, message, place.state));
  if (late.kind === 'exit') return { kind: 'rests', advanced: finish(context, place, late) };
  const told = note(context, place, step.id, 'note', late.text);
  return { kind: 'goes', place: { ...told, state: leave(told.state, context.at) }, to: step.next };
}

function rests({ state, trace, asked }: Place, pending: Pending): Moved {
  return { kind: 'rests', advanced: { state, pending, trace, asked } };
}

function withAsked(place: Place, effects: readonly StepEffect[] = []): Place {
  const { step, visit } = place.state;
  if (effects.length === 0 || step === null) return place;
  return { ...place, asked: [...place.asked, ...effects.map((effect) => ({ step, visit, effect }))] };
}

type Resume = Extract<EntryInput, { readonly kind: 'resume' }>;

/** Where a walk is. `dueSince` is when the present step could have been done: what a late message is late by. */
interface Place {
  readonly state: EntryState;
  readonly trace: readonly TraceLine[];
  readonly dueSince: Instant;
  readonly asked: readonly AskedEffect[];
}

const atTheEnd: Leaving = { outcome: 'completed', reason: 'completed', text: 'Comes to the end of the journey.' };

function arrive(context: EngineContext, place: Place, to: StepId): Place {
  const step = context.definition.steps[to];
  if (step === undefined) throw new Error(`Journey ${context.definition.id} has no step ${to}.`);
  const kind = stepKind(step);
  const visit = (place.state.visits[to] ?? 0) + 1;
  const here: EntryState = {
    ...place.state,
    step: to,
    visit,
    visits: { ...place.state.visits, [to]: visit },
    arrivedAt: context.at,
    dueAt: null,
  };
  const state: EntryState = { ...here, dueAt: kind.dueAt(step, here, context) };
  const line = kind.arrival(step, state, context);
  return line === null ? { ...place, state } : note(context, { ...place, state }, to, line.kind, line.text);
}

function leave(state: EntryState, at: Instant): EntryState {
  return state.step === null ? state : { ...state, dueAt: null, leftAt: { ...state.leftAt, [state.step]: at } };
}

function heldOut(state: EntryState, isHeldOut: true | undefined): EntryState {
  return isHeldOut === true ? { ...state, isHeldOut } : state;
}

function note(context: EngineContext, place: Place, step: StepId | null, kind: TraceLine['kind'], text: string): Place {
  return { ...place, trace: [...place.trace, { at: context.at, step, kind, text }] };
}

/** What to do with a message that fell due during a pause; null where it is not late, or not too late. */
function catchUp(
  { definition, at }: EngineContext,
  step: SendStep,
  dueSince: Instant,
  { pausedAt }: Resume,
): { readonly kind: 'skip'; readonly text: string } | ({ readonly kind: 'exit' } & Leaving) | null {
  // Negative where the slot is still to come: that message is not late.
  const lateMs = at - Math.max(dueSince, pausedAt);
  const rule = definition.catchUp;
  if (lateMs <= (rule.kind === 'send_if_within' ? rule.ms : 0)) return null;
  const late = `a pause has made the ${sayChannel(step.channel)} ${step.id} ${durationWords(lateMs)} late`;
  if (rule.kind === 'exit') return { kind: 'exit', outcome: 'exited', reason: 'paused', text: `Exits the journey: ${late}.` };
  return { kind: 'skip', text: `Skips a message: ${late}.` };
}

function waiting(context: EngineContext, state: EntryState, sentence: string): Pending {
  const ends = context.definition.maxDurationMs === null ? null : state.startedAt + context.definition.maxDurationMs;
  const until = state.dueAt === null || ends === null ? (state.dueAt ?? ends) : Math.min(state.dueAt, ends);
  return { kind: 'wait', until, awaiting: awaitedBy(context.definition, context.about, state), sentence };
}

function sending({ definition, about }: EngineContext, step: SendStep, state: EntryState): Pending {
  return {
    kind: 'send',
    step: step.id,
    visit: state.visit,
    arrivedAt: reachedAt(step, state),
    deadlineAt: sendDeadline(definition, step, state),
    awaiting: awaitedBy(definition, about, state),
  };
}

function finish({ at }: EngineContext, { state, trace, asked }: Omit<Place, 'dueSince'>, { outcome, reason, text }: Leaving): Advanced {
  const line: TraceLine = { at, step: state.step, kind: outcome === 'completed' ? 'finished' : 'exit', text };
  return { state: { ...state, dueAt: null }, pending: { kind: 'finished', outcome, reason }, trace: [...trace, line], asked };
}

function presentStep(definition: JourneyDefinition, state: EntryState): Step {
  const step = state.step === null ? undefined : definition.steps[state.step];
  if (step === undefined) throw new Error(`Journey ${definition.id} has no step ${state.step ?? 'before the first'}.`);
  return step;
}

interface NotEntered {
  readonly kind: 'not-entered';
  readonly reason: string;
  readonly text: string;
}

function tooSoon({ definition, at }: EngineContext, { lastEnteredAt, enteredBefore }: EntryHistory): NotEntered | null {
  const { reentry } = definition.entry;
  if (reentry.kind === 'always' || !enteredBefore) return null;
  const which = reentry.per === 'key' ? ' with this key' : '';
  if (reentry.kind === 'once') return notEntered('reentry', `the person has been in this journey before${which}`);
  if (lastEnteredAt === null || at >= lastEnteredAt + reentry.ms) return null;
  return notEntered('reentry', `the person was in this journey${which} less than ${sayDays(reentry.ms)} ago`);
}

function besideOthers({ definition }: EngineContext, { openOthers }: EntryHistory): NotEntered | null {
  if (openOthers === 0) return null;
  switch (definition.entry.concurrency) {
    case 'reject':
      return notEntered('already-in', 'the person is in this journey already');
    case 'merge':
      return notEntered('merged', 'the person is in this journey already, and that entry goes on for both');
    case 'parallel':
      return null;
  }
}

function notEntered(reason: string, clause: string): NotEntered {
  return { kind: 'not-entered', reason, text: `Does not enter: ${clause}.` };
}

function sayDays(ms: number): string {
  return ms % day === 0 ? countWords(ms / day, 'day') : durationWords(ms);
}

function sayResult(step: SendStep, { kind, reason }: SendResult): string {
  const what = `the ${sayChannel(step.channel)} ${step.id}`;
  switch (kind) {
    case 'accepted':
      return `Sent ${what}.`;
    case 'unknown':
      return `Nobody knows whether ${what} was sent: the provider's answer did not come.`;
    case 'withheld':
      return `Held back ${what}: ${sayReason(reason ?? 'holdout')}.`;
    case 'skipped':
      return `Did not send ${what}: ${sayReason(reason)}.`;
    case 'failed':
      return `Could not send ${what}: ${sayReason(reason)}.`;
  }
}

function conditionsOf(definition: JourneyDefinition): readonly Condition[] {
  const { trigger, entry, exits, steps } = definition;
  return [
    ...triggerKind(trigger).reads(trigger),
    ...entry.filters.map(({ condition }) => condition),
    ...exits.map(({ on }) => (on.kind === 'event' ? on.where : on.condition)),
    ...Object.values(steps).flatMap(readBy),
  ].filter((condition) => condition !== null);
}
