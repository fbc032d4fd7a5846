import { z } from 'zod';
import { decideIssue, type IssueDecision, type IssueFacts, type IssueRefusal } from '../../domain/offers/decide-issue.js';
import type { PeriodLimit } from '../../domain/offers/limits.js';
import type { Offer, Terms } from '../../domain/offers/offer.js';
import type { KnownPromise } from '../../domain/offers/promise.js';
import { durationWords, limitMs, parseDuration } from '../../domain/time/duration.js';
import { hour, type Instant, minute } from '../../domain/time/instant.js';
import { formatLocal } from '../../domain/time/time.js';
import type { StepId } from '../../domain/values/ids.js';
import { durationText } from '../../yaml/duration-source.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { idText } from '../fields.js';
import type { Move, StepKind, StepParts } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly issue_incentive: IssueStep;
  }
  interface StepEffects {
    readonly promised: Promised;
    readonly promise_shown: PromiseShown;
  }
}

declare module '../knowledge.js' {
  interface Questions {
    readonly offers: { readonly id: string };
  }
  interface Answers {
    readonly offers: KnownOffers;
  }
}

/** What a turn knows of the offers that its journey names, by their ids, and of what the person was promised. */
export interface KnownOffers {
  readonly promises: readonly KnownPromise[];
  readonly byId: Readonly<Record<string, Omit<IssueFacts, 'promises'>>>;
}

interface IssueStep extends StepBase {
  readonly kind: 'issue_incentive';
  readonly offer: string;
  readonly reuse: 'better' | 'same';
  /** So long the step waits for codes that are to be imported. */
  readonly patienceMs: number;
  readonly issued: StepId | null;
  readonly refused: StepId | null;
}

/** A code is reserved for the entry: the store makes or takes it. */
export interface Promised {
  readonly kind: 'promised';
  readonly offer: string;
  readonly version: number;
  readonly codes: Offer['codes'];
  readonly terms: Terms;
  readonly expiresAt: Instant;
  readonly isMarketing: boolean;
  readonly voids: Offer['voids'];
  /** In which periods it counts, with their limits. */
  readonly limits: readonly PeriodLimit[];
  /** What it costs at most, in thousandths of the currency's unit. */
  readonly cost: number;
}

/** A code that the person has from elsewhere is shown in messages of this entry too. */
export interface PromiseShown {
  readonly kind: 'promise_shown';
  readonly promise: number;
}

type Asks = Promised | PromiseShown;

const yaml = ({ steps }: StepParts) => {
  const way = z.strictObject({
    get steps() {
      return steps();
    },
  });
  return z.strictObject({
    id: idText.optional(),
    offer: idText.meta({ description: 'The offer: a file in offers/.' }),
    reuse: z.enum(['better', 'same']).default('better').meta({
      description:
        'Where the person has an open code: better shows it instead if it is at least as good, so messages must say what offer.* says; same shows it only if it is of this offer.',
    }),
    wait_for_codes: durationText.default('P2D').meta({ description: 'No imported code is left: so long the step waits for more.' }),
    issued: way.optional(),
    refused: way.meta({
      description: 'Who gets no code: offers have limits, and a person gets one in a while. Their messages must not name it.',
    }),
  });
};

/** Gives the entry a code. It is reserved with the turn, and the same in all messages of the entry. */
export const issueIncentive: StepKind<IssueStep, z.output<ReturnType<typeof yaml>>, Asks> = {
  yaml,
  inside: ({ issued, refused }) => [
    { at: ['issued', 'steps'], steps: issued?.steps ?? [] },
    { at: ['refused', 'steps'], steps: refused.steps },
  ],
  compile({ offer, reuse, wait_for_codes: patience }, { id, next, way, note }) {
    note({ kind: 'offer', name: offer }, 'offer');
    const duration = parseDuration(patience);
    if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
    return { kind: 'issue_incentive', id, next, offer, reuse, patienceMs: limitMs(duration), issued: way(0), refused: way(1) };
  },
  isEnd: false,
  ways: ({ issued, refused }) => [{ to: issued }, { to: refused }],
  listens: () => [],
  reads: () => [],
  needs: ({ offer }) => [{ of: 'offers', id: offer }],
  lint: () => [],
  sentence: ({ offer }) => `Gives a code of the offer ${offer}, if the person may have one.`,
  dueAt: () => null,
  arrival: (step, state, context) =>
    state.isHeldOut !== true && decide(step, context).kind === 'empty'
      ? { kind: 'wait', text: `${emptyText(step)}: waits up to ${durationWords(step.patienceMs)} for more.` }
      : null,
  move(step, state, context) {
    if (state.isHeldOut === true) return goes(step.issued, `${notGiven(step.offer)}, since the person is held out.`);
    const decision = decide(step, context);
    switch (decision.kind) {
      case 'issue':
        return issues(step, decision, context);
      case 'show':
        return shows(step, decision, context);
      case 'refuse':
        return goes(step.refused, `${notGiven(step.offer)}, ${refusalText(decision, context)}.`);
      case 'empty':
        return waitsForCodes(step, state, context);
    }
  },
  message: () => null,
  told: ({ offer }) => [
    { way: 'issued', begins: given(offer) },
    { way: 'refused', begins: notGiven(offer) },
  ],
};

const given = (offer: string): string => `Offer ${offer}: a code is given`;
const notGiven = (offer: string): string => `Offer ${offer}: no code is given`;

function decide(step: IssueStep, context: EngineContext): IssueDecision {
  const known = context.facts.known.offers;
  const offer = known?.byId[step.offer];
  if (known === undefined || offer === undefined) throw new Error(`The step ${step.id} was not told of the offer ${step.offer}.`);
  return decideIssue({ ...offer, promises: known.promises }, rulesOf(step, context));
}

function rulesOf({ reuse }: IssueStep, { at, timeZone, shopTimeZone, offerEveryMs }: EngineContext) {
  return { at, zones: { shop: shopTimeZone, person: timeZone }, everyMs: offerEveryMs, reuse };
}

function issues(step: IssueStep, decision: IssueDecision & { kind: 'issue' }, context: EngineContext): Move<Asks> {
  const live = context.facts.known.offers?.byId[step.offer]?.live;
  if (!live) throw new Error(`The offer ${step.offer} is not in force.`);
  const { version, definition } = live;
  const { codes, terms, isMarketing, voids } = definition;
  const { expiresAt, limits, cost } = decision;
  const promised: Promised = { kind: 'promised', offer: step.offer, version, codes, terms, expiresAt, isMarketing, voids, limits, cost };
  return goes(step.issued, `${given(step.offer)}, ${untilText(expiresAt, context)}.`, [promised]);
}

function shows(step: IssueStep, { promise, isNew }: IssueDecision & { kind: 'show' }, context: EngineContext): Move<Asks> {
  const of =
    promise.offer === step.offer ? 'the person has a code already' : `the person has a code of ${promise.offer}, as good or better`;
  const text = `Offer ${step.offer}: ${of}, ${untilText(promise.expiresAt, context)}; it is shown again.`;
  return goes(step.issued, text, isNew ? [{ kind: 'promise_shown', promise: promise.id }] : []);
}

const firstLookMs = 5 * minute;

/** It looks again after five minutes, then ever more seldom, once an hour at last. */
function waitsForCodes(step: IssueStep, { arrivedAt }: EntryState, { at }: EngineContext): Move<Asks> {
  const patienceEndsAt = arrivedAt + step.patienceMs;
  if (at >= patienceEndsAt) return goes(step.refused, `${emptyText(step)}, and none came within ${durationWords(step.patienceMs)}.`);
  const pauseMs = Math.min(hour, Math.max(firstLookMs, at - arrivedAt));
  return { kind: 'stay', sentence: `${step.id} · no code of ${step.offer} is left`, until: Math.min(patienceEndsAt, at + pauseMs) };
}

function emptyText({ offer }: IssueStep): string {
  return `Offer ${offer}: no imported code is left`;
}

function goes(to: StepId | null, text: string, asks: readonly Asks[] = []): Move<Asks> {
  return { kind: 'go', to, line: { kind: 'branch', text }, asks };
}

function untilText(expiresAt: Instant, { timeZone }: EngineContext): string {
  return `valid until ${formatLocal(expiresAt, timeZone)} (${timeZone})`;
}

function refusalText({ reason, by }: IssueDecision & { kind: 'refuse' }, context: EngineContext): string {
  const known = by !== undefined && 'offer' in by ? by : null;
  return refusals[reason](known, by !== undefined && 'period' in by ? by : null, context);
}

type Say = (promise: KnownPromise | null, limit: PeriodLimit | null, context: EngineContext) => string;

const refusals: Readonly<Record<IssueRefusal, Say>> = {
  'not-in-force': () => 'since the offer is not in force (not-in-force)',
  'used-before': (promise) => `since this entry had its code, and that is ${promise?.state ?? 'gone'} (used-before)`,
  undercut: (promise, _limit, context) =>
    `since a code of ${promise?.offer ?? 'another offer'} is open${promise === null ? '' : `, ${untilText(promise.expiresAt, context)}`} (undercut)`,
  period: (promise, _limit, { offerEveryMs }) =>
    `since the person got one of ${promise?.offer ?? 'another offer'} within ${durationWords(offerEveryMs)} (period)`,
  budget: (_promise, limit) => `since the limit of ${limit?.period ?? 'its period'} is reached (budget)`,
};
