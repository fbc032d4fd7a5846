import type { SendFacts, SendRequest } from '../../domain/guards/guard.js';
import { minute, type Instant } from '../../domain/instant.js';
import { messageIdFor, type MessageId } from '../../domain/ids.js';
import { mailboxProviderOf, mayBreakersHold } from '../../domain/mailbox-provider.js';
import { type AttemptOutcome, foldAttempts, type MessageState } from '../../domain/message.js';
import type { Outgoing } from '../../domain/outgoing.js';
import { verdictSentence } from '../../domain/explain.js';
import { decideSend } from '../../domain/send-gate.js';
import { tellsPlace } from '../../domain/zone-evidence.js';
import type { Displaced, SendDecision } from '../../domain/verdict.js';
import type { SendStep } from '../../journey/definition.js';
import { advance, type Advanced, completeSend, decideEntry, type SendResult, withOutcome } from '../../journey/engine.js';
import { cappedBy } from '../../journey/capped-by.js';
import { originOf } from '../../journey/internal.js';
import { afterFailedLook, lookedUpOrder } from '../../journey/last-look.js';
import { placeWait } from '../../journey/awaiting.js';
import type { Awaiting, EntryInput, EntryOutcome, EntryState, Pending, TraceLine } from '../../journey/entry.js';
import type { Trx } from '../../store/db.js';
import { displaceMessages } from '../../store/displaced-messages.js';
import { writeConsumed } from '../../store/entry-inputs.js';
import { readJourneyPause, readPause } from '../../store/controls.js';
import { type EntryAfterTurn, writeEntry, writeLookedAt } from '../../store/entries.js';
import {
  leaseMs,
  type NewMessage,
  writeAttempt,
  writeAttemptOutcome,
  writeMessage,
  writeReleased,
  writeSettled,
  writeVerdict,
} from '../../store/messages.js';
import { forgetFinished } from '../../store/pokes.js';
import { writeLastInstant } from '../../store/profiles.js';
import { writeTrace } from '../../store/trace.js';
import type { TurnMessage, TurnRows } from '../../store/turn-snapshot.js';
import { TurnWrites } from '../../store/turn-writes.js';
import { writeWaits } from '../../store/waits.js';
import type { Instruction } from '../../../workflows/contract.js';
import type { AppDeps } from '../deps.js';
import { suppressAddress } from '../suppress-address.js';
import { enteredState, historyOf } from './entering.js';
import { gateFacts } from './gate-facts.js';
import type { SendPlan } from './plan-send.js';
import { lockContext, type TurnContext } from './turn-context.js';

/** What came of an attempt, to be written by the turn that follows it. */
export interface SettledAttempt {
  readonly messageId: MessageId;
  readonly n: number;
  readonly outcome: AttemptOutcome;
  /** The profile's address as it was when the message left; null: not at hand. */
  readonly usedAddress: string | null;
}

export interface TurnRequest {
  /** The entry, its profile and cart as they were read before; the turn locks and reads them anew. */
  readonly seen: TurnRows;
  readonly plan: SendPlan | null;
  readonly settled: SettledAttempt | null;
  /** `queue-first`: the channel's queue must carry the message, so the turn commits up to there and says so. */
  readonly lane: 'send-here' | 'queue-first';
}

export type TurnResult =
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
  /** Committed as far as it goes: another message, or a changed cart, must be made ready first. */
  | { readonly kind: 'again' }
  /** Nothing was done: the entry has another profile or cart than when it was seen, so others must be locked. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'submit'; readonly messageId: MessageId; readonly n: number; readonly outgoing: Outgoing };

/** `wakesOthers`: once this is committed, other entries of the person have something to do. */
export type TurnAnswer = TurnResult & { readonly wakesOthers?: true };

/** Looks older than this are made again. */
const looksStayFreshMs = 5_000;
/** How long an ambiguous text waits for a callback before the provider is asked, in real milliseconds. */
const callbackGraceRealMs = 2 * minute;
/** The poke loop looks this long after the instant at which the workflow should have come by itself, in real milliseconds. */
const pokeGraceRealMs = 2 * minute;
const firstRetryRealMs = 1_000;
const longestRetryRealMs = 5 * minute;
/** The server's own budget for a summary is 400 bytes. */
const longestSummary = 200;

/**
 * One transaction: locks, consumes the entry's inputs, runs the engine and the gate, and writes state, trace, ledger and waits together.
 * Safe to call any number of times: with no input and nothing due it answers the present instruction.
 */
export async function runTurn(deps: AppDeps, trx: Trx, request: TurnRequest): Promise<TurnAnswer> {
  const context = await lockContext(deps, trx, request.seen);
  if (context === null) return { kind: 'moved' };
  const turn = new Turn(deps, trx, context, request);
  if (context.entry.state !== 'finished') return turn.run();
  // It was ended by others while its message was at the provider.
  if (request.settled) await turn.settleLate(request.settled);
  await forgetFinished(trx, context.entry.id);
  return finished(context.entry.outcome ?? 'completed');
}

/** The work of one transaction. Its fields are what the transaction will write at the end. */
class Turn {
  readonly #deps: AppDeps;
  readonly #trx: Trx;
  readonly #context: TurnContext;
  readonly #request: TurnRequest;
  readonly #writes: TurnWrites;
  readonly #trace: TraceLine[] = [];
  /** Messages as this turn leaves them; the facts were read before. */
  readonly #messages: Map<string, Pick<TurnMessage, 'entryId' | 'state' | 'reason' | 'attempts' | 'slotAt' | 'lookFailures' | 'channel'>>;
  readonly #did: string[] = [];
  #state: EntryState;
  #entered: boolean;
  /** The person may be somewhere else than when a slot was promised. */
  #hasMoved = false;
  #wakesOthers = false;

  constructor(deps: AppDeps, trx: Trx, context: TurnContext, request: TurnRequest) {
    this.#deps = deps;
    this.#trx = trx;
    this.#writes = new TurnWrites(trx);
    this.#context = context;
    this.#request = request;
    this.#messages = new Map(context.facts.messages.map((message) => [message.id, message]));
    this.#state = context.entry.data;
    this.#entered = context.entry.state === 'open';
  }

  async run(): Promise<TurnAnswer> {
    const result = await this.#take();
    await this.#writes.flush();
    return this.#wakesOthers ? { ...result, wakesOthers: true } : result;
  }

  /** The entry has finished: nothing is decided any more, but what became of its message is written. */
  async settleLate(settled: SettledAttempt): Promise<void> {
    await this.#foldSettled(settled);
    await this.#writes.add({ trace: writeTrace(this.#context.entry.id, this.#trace) });
    await this.#writes.flush();
  }

  async #take(): Promise<TurnResult> {
    const { entry, at } = this.#context;
    if (this.#request.settled) await this.#foldSettled(this.#request.settled);
    const lease = this.#liveLease();
    if (lease !== null) return this.#waitForLease(lease);
    await this.#foldExpired();

    const inputs = this.#inputs();
    if (entry.state === 'armed') return this.#decideArmed(inputs);
    const isWaiting = entry.activity === 'waiting' && entry.dueAt !== null && entry.dueAt > at;
    const isNothingNew = inputs.length === 0 && this.#request.settled === null;
    if (isNothingNew && (isWaiting || entry.activity === 'held')) return this.#stay();
    await this.#consume();
    this.#hasMoved = inputs.some((input) => input.kind === 'fact' && tellsPlace(input));
    const held = this.#heldMessage();
    const advanced = advance(this.#context.engine, this.#state, inputs);
    if (held && inputs.some(({ kind }) => kind === 'resume')) await this.#giveUpSkipped(held, advanced);
    return this.#walk(advanced);
  }

  async #consume(): Promise<void> {
    const { facts, at } = this.#context;
    await this.#writes.add({
      inputs: writeConsumed(
        facts.inputs.map(({ seq }) => seq),
        at,
      ),
    });
  }

  /** The unconsumed inputs, and an order that only the shop's own answer told of. */
  #inputs(): readonly EntryInput[] {
    const { facts, entry } = this.#context;
    const inputs = facts.inputs.map(({ input }) =>
      input.kind === 'resume' ? { ...input, slotAt: this.#heldMessage()?.slotAt ?? null } : input,
    );
    const look = this.#request.plan?.look;
    if (look?.kind !== 'found') return inputs;
    return [...inputs, lookedUpOrder(look.orderedAt, entry.cartId)];
  }

  /** The message that the entry had reserved at its present step. */
  #heldMessage(): TurnMessage | null {
    const { facts, entry } = this.#context;
    return (
      facts.messages.find((message) => message.entryId === entry.id && message.step === entry.data.step && message.state === 'reserved') ??
      null
    );
  }

  /** What `catch_up` passes over is told as skipped; otherwise it would stay promised until the entry ends. */
  async #giveUpSkipped(held: TurnMessage, { pending }: Advanced): Promise<void> {
    if (pending.kind === 'finished' || (pending.kind === 'send' && pending.step === held.step && pending.visit === held.visit)) return;
    const { at, timeZone } = this.#context;
    const decision: SendDecision = { kind: 'skip', reason: 'paused', detail: { rule: 'catch-up' } };
    const state = isAmbiguous(held) ? 'unknown' : 'skipped';
    await this.#writes.add({
      messages: writeSettled({ id: held.id, state, reason: 'paused', slotAt: null, providerId: null, at }),
      verdicts: writeVerdict(held.id, decision, at),
    });
    this.#messages.set(held.id, { ...held, state, reason: 'paused' });
    this.#trace.push({ at, step: held.step, kind: 'verdict', text: verdictSentence(decision, { timeZone, channel: held.channel }) });
  }

  async #decideArmed(inputs: readonly EntryInput[]): Promise<TurnResult> {
    const { entry, at, engine, facts, definition } = this.#context;
    const asked = inputs.find((input) => input.kind === 'exit');
    await this.#consume();
    if (asked) return this.#notEntered(asked.reason, `Did not enter: ${asked.reason}.`);
    // Held when it was due, then postponed: it waits again, for the later instant.
    if (entry.dueAt !== null && entry.dueAt > at)
      return entry.activity === 'held' ? this.#wait(entry.dueAt, [], 'armed · idle time') : this.#stay();
    if (entry.journeyState === 'archived') return this.#notEntered('archived', 'Did not enter: the journey was archived.');
    const resumed = inputs.find((input) => input.kind === 'resume');
    if (entry.journeyState === 'paused' && (await readJourneyPause(this.#trx, entry.journeyId)) !== null)
      return this.#hold({ kind: 'hold', reason: 'paused', detail: { scope: 'journey' } }, []);
    if (resumed && definition.catchUp.kind === 'send_if_within' && at - (entry.dueAt ?? at) > definition.catchUp.ms)
      return this.#notEntered('paused', 'Did not enter: the journey was paused when it was time, and that was too long ago.');
    const decision = decideEntry(engine, historyOf(facts));
    if (decision.kind === 'not-entered') return this.#notEntered(decision.reason, decision.text);
    this.#entered = true;
    this.#state = enteredState(this.#context);
    return this.#walk(
      advance(
        engine,
        this.#state,
        inputs.filter((input) => input.kind === 'fact'),
      ),
    );
  }

  /** Follows the engine until something is pending that this transaction cannot settle. */
  async #walk(start: Advanced): Promise<TurnResult> {
    let advanced = start;
    let { engine } = this.#context;
    for (;;) {
      this.#state = advanced.state;
      this.#trace.push(...advanced.trace);
      const { pending } = advanced;
      if (pending.kind === 'finished') return this.#finish(pending.outcome, pending.reason);
      if (pending.kind === 'wait') return this.#wait(pending.until, pending.awaiting, pending.sentence);
      const settled = await this.#send(pending);
      if (settled.kind !== 'left') return settled.result;
      engine = withOutcome(engine, pending.step, settled.as.kind);
      advanced = completeSend(engine, this.#state, settled.as);
    }
  }

  /** One pending send: the gate, or what an earlier attempt came to. */
  async #send(pending: PendingSend): Promise<{ kind: 'left'; as: SendResult } | { kind: 'turn'; result: TurnResult }> {
    const step = this.#context.definition.steps[pending.step];
    if (step?.kind !== 'send') throw new Error(`Step ${pending.step} of journey ${this.#context.definition.id} is no send.`);
    const message = this.#newMessage(step, pending);
    const known = this.#messages.get(message.id);
    switch (known?.state ?? null) {
      case 'accepted':
      case 'delivered':
      case 'bounced':
      case 'failed':
        return { kind: 'left', as: { kind: 'accepted', reason: null } };
      case 'unknown':
        return this.#reconcile(message, pending);
      case 'skipped':
        return { kind: 'left', as: { kind: 'failed', reason: 'provider-rejected' } };
      case 'reserved':
      case 'submitting':
      case 'withheld':
      case 'released':
      case 'expired':
      case null:
        // A promised slot is kept: the whole gate runs again when it has come.
        if (known?.state === 'reserved' && known.slotAt > this.#context.at) {
          if (!this.#hasMoved)
            return this.#turn(await this.#wait(known.slotAt, this.#awaitingSlot(step, pending), `${step.id} · ${step.channel} · slot`));
          // What may have left already goes on counting; its slot is only when it may be sent once more.
          if (!isAmbiguous(known)) await this.#giveBack(message, known.slotAt);
        }
        return this.#gate(step, pending, message);
    }
  }

  /** While a slot is promised within quiet hours, the entry hears of moves too. */
  #awaitingSlot(step: SendStep, { awaiting }: PendingSend): readonly Awaiting[] {
    return step.channel === 'sms' || step.hours !== undefined ? [...awaiting, placeWait] : awaiting;
  }

  /** The gate is to promise it anew, although that may take another turn. */
  async #giveBack(message: NewMessage, slotAt: Instant): Promise<void> {
    const known = this.#messages.get(message.id);
    await this.#writes.add({ messages: writeMessage(message, { state: 'released', reason: null, slotAt, at: this.#context.at }) });
    if (known !== undefined) this.#messages.set(message.id, { ...known, state: 'released', reason: null });
  }

  async #gate(
    step: SendStep,
    pending: PendingSend,
    message: NewMessage,
  ): Promise<{ kind: 'left'; as: SendResult } | { kind: 'turn'; result: TurnResult }> {
    const { at } = this.#context;
    const plan = this.#freshPlan(pending);
    if (plan === null) return this.#turn(await this.#pauseHere(pending));
    if (this.#isDuplicate(pending)) return this.#skip(message, { kind: 'skip', reason: 'duplicate', detail: {} });

    const request = this.#sendRequest(step, pending, message);
    const decision = this.#afterLook(plan, message, decideSend(request, await this.#sendFacts(plan, request)));
    switch (decision.kind) {
      case 'skip':
        return this.#skip(message, decision);
      case 'withhold':
        await this.#record(message, decision, 'withheld', at);
        return { kind: 'left', as: { kind: 'withheld', reason: decision.reason } };
      case 'exit':
        await this.#record(message, decision, 'skipped', at);
        return this.#turn(await this.#finish('exited', decision.reason));
      case 'hold': {
        // It keeps the instant from which it is late; a slot that it gave up says nothing about that.
        const known = this.#messages.get(message.id);
        await this.#record(message, decision, 'reserved', known?.state === 'reserved' ? known.slotAt : at);
        return this.#turn(await this.#hold(decision, pending.awaiting));
      }
      case 'defer':
        await this.#displace(decision, message);
        await this.#record(message, decision, 'reserved', decision.until);
        this.#did.push(`${step.id} · ${decision.reason}`);
        return this.#turn(
          await this.#wait(decision.until, this.#awaitingSlot(step, pending), `${step.id} · ${step.channel} · ${decision.reason}`),
        );
      case 'send':
        return this.#turn(await this.#leave(step, pending, plan, message, decision));
    }
  }

  /** The gate says now: over to the channel's queue, or an attempt with its lease. */
  async #leave(
    step: SendStep,
    pending: PendingSend,
    plan: SendPlan,
    message: NewMessage,
    decision: SendDecision & { readonly kind: 'send' },
  ): Promise<TurnResult> {
    const { at, facts } = this.#context;
    if (this.#request.lane === 'queue-first') {
      await this.#displace(decision, message);
      await this.#writes.add({ messages: writeMessage(message, { state: 'reserved', reason: null, slotAt: at, at }) });
      await this.#save({
        activity: 'queued',
        dueAt: at,
        pokeReal: this.#deps.clock.realAt(pending.deadlineAt),
        awaiting: pending.awaiting,
        instruction: { kind: 'queued' },
      });
      return { kind: 'instruction', instruction: { kind: 'queued', channel: step.channel, summary: `${step.id} · ${step.channel}` } };
    }
    if (!this.#deps.mayBeginSend())
      return this.#wait(at + this.#deps.clock.rate * 1000, pending.awaiting, `${step.id} · ${step.channel} · shutting down`);
    if (plan.content.kind !== 'ready') throw new Error(`Message ${message.id} passed the gate without content.`);
    await this.#displace(decision, message);
    const n = (this.#messages.get(message.id)?.attempts.length ?? 0) + 1;
    const attempt = writeAttempt(message, {
      n,
      at,
      leaseReal: facts.realNow + leaseMs,
      outgoing: plan.content.outgoing,
      templateVersion: plan.content.templateVersion,
      contentHash: plan.content.contentHash,
      links: plan.content.links,
      provider: this.#deps.providers[step.channel].name,
    });
    await this.#writes.add({ ...attempt, verdicts: writeVerdict(message.id, decision, at) });
    this.#deps.metrics.verdict('send', null, step.channel);
    await this.#save({
      activity: 'submitting',
      dueAt: at,
      pokeReal: facts.realNow + leaseMs,
      awaiting: pending.awaiting,
      instruction: { kind: 'turn' },
    });
    return { kind: 'submit', messageId: message.id, n, outgoing: plan.content.outgoing };
  }

  /** Less important messages give up the slots that they were promised, in this transaction, and ask the gate again. */
  async #displace({ displaces = [] }: Pick<SendDecision & { readonly kind: 'send' }, 'displaces'>, message: NewMessage): Promise<void> {
    if (displaces.length === 0) return;
    const { at, timeZone, facts } = this.#context;
    const verdict: Displaced = { kind: 'release', reason: 'outranked', detail: { winner: message.id } };
    const outranked = facts.messages.filter(({ id }) => displaces.includes(id));
    await displaceMessages(
      this.#trx,
      outranked.map(({ id, channel }) => ({ id, text: verdictSentence(verdict, { timeZone, channel }) })),
      { verdict, at },
    );
    for (const { channel } of outranked) this.#deps.metrics.verdict(verdict.kind, verdict.reason, channel);
    this.#wakesOthers = true;
  }

  async #skip(message: NewMessage, decision: SkipDecision): Promise<{ kind: 'left'; as: SendResult }> {
    const known = this.#messages.get(message.id);
    const mayHaveLeft = known !== undefined && isAmbiguous(known);
    // What may have left counts from when it may have left.
    await this.#record(message, decision, mayHaveLeft ? 'unknown' : 'skipped', mayHaveLeft ? known.slotAt : this.#context.at);
    this.#did.push(`${message.step} · ${decision.reason}`);
    return { kind: 'left', as: mayHaveLeft ? { kind: 'unknown', reason: null } : { kind: 'skipped', reason: decision.reason } };
  }

  /** An ambiguous text waits for its callback, then for the provider's own word, and is never sent again. */
  async #reconcile(
    message: NewMessage,
    pending: PendingSend,
  ): Promise<{ kind: 'left'; as: SendResult } | { kind: 'turn'; result: TurnResult }> {
    const { plan } = this.#request;
    const { at, entry } = this.#context;
    if (message.channel === 'email') return { kind: 'left', as: { kind: 'unknown', reason: null } };
    const text = plan?.messageId === message.id ? plan.text : null;
    if (text?.kind === 'accepted') {
      await this.#writes.add({
        messages: writeSettled({ id: message.id, state: 'accepted', reason: null, slotAt: null, providerId: text.providerId, at }),
      });
      return { kind: 'left', as: { kind: 'accepted', reason: null } };
    }
    if (text !== null) return { kind: 'left', as: { kind: 'unknown', reason: null } };
    if (entry.dueAt !== null && entry.dueAt <= at && entry.instruction['kind'] === 'reconcile')
      return this.#turn(await this.#pauseHere(pending, 'reconcile'));
    const until = this.#serviceIn(callbackGraceRealMs);
    return this.#turn(await this.#wait(until, pending.awaiting, `${message.step} · sms · awaiting the callback`, 'reconcile'));
  }

  /** The plan, if it was made for this very message, cart and address, and its looks are fresh. */
  #freshPlan(pending: PendingSend): SendPlan | null {
    const { plan, settled } = this.#request;
    if (plan === null || settled !== null || plan.step !== pending.step || plan.visit !== pending.visit) return null;
    if (plan.cartUpdatedAt !== (this.#context.cart?.updatedAt ?? null)) return null;
    const { profile } = this.#context;
    const address = plan.channel === 'email' ? profile.email : profile.phone;
    if (plan.seenAddress !== address) return null;
    return performance.now() - plan.lookedAt <= looksStayFreshMs ? plan : null;
  }

  #sendRequest(step: SendStep, pending: PendingSend, message: NewMessage): SendRequest {
    return {
      messageId: message.id,
      channel: step.channel,
      class: message.class,
      topic: message.topic,
      priority: message.priority,
      at: this.#context.at,
      deadlineAt: pending.deadlineAt,
      ...cappedBy(step, pending.arrivedAt),
      hours: step.hours ?? null,
    };
  }

  async #sendFacts(plan: SendPlan, request: SendRequest): Promise<SendFacts> {
    const { facts, places, engagement, profile, timeZone } = this.#context;
    const ledger = facts.messages.map((message) => ({ ...message, ...this.#messages.get(message.id) }));
    const { consents, suppressions, unsubscribedAt } = facts;
    return gateFacts(
      this.#deps.policies.current(),
      { traits: profile.traits, consents, engagement, ledger, suppressions, unsubscribedAt, places, timeZone },
      request,
      {
        paused: await this.#pause(plan),
        reachable: plan.address.kind === 'ok' ? { kind: 'ok' } : { kind: 'no', code: plan.address.code },
        content: plan.content.kind === 'ready' ? { kind: 'ready' } : { kind: 'empty', problem: plan.content.problem },
      },
    );
  }

  async #pause(plan: SendPlan): Promise<SendFacts['paused']> {
    const { facts, entry } = this.#context;
    if (facts.pauses.length === 0 && entry.journeyState !== 'paused') return null;
    const provider = mayBreakersHold(this.#context.definition.class) ? this.#mailboxProvider(plan.channel) : null;
    const pause = await readPause(this.#trx, { journeyId: entry.journeyId, channel: plan.channel, provider });
    return pause === null ? null : { scope: pause.scope, ...(pause.scope === 'provider' && provider !== null ? { provider } : {}) };
  }

  /** The shop could not be asked for orders: try again in five minutes, three times; then an email goes and a text does not. */
  #afterLook(plan: SendPlan, message: NewMessage, decision: SendDecision): SendDecision {
    if (plan.look.kind !== 'failed') return decision;
    const failures = (this.#messages.get(message.id)?.lookFailures ?? 0) + 1;
    const { channel, deadlineAt } = message;
    return afterFailedLook(decision, { failures, code: plan.look.code, at: this.#context.at, deadlineAt, channel });
  }

  /** After a merge, two entries that ran side by side may both have come to the same step: what left once does not leave again. */
  #isDuplicate(pending: PendingSend): boolean {
    const { facts, entry } = this.#context;
    return facts.messages.some(
      (other) =>
        other.entryId !== entry.id &&
        other.journeyId === entry.journeyId &&
        other.entryKey === entry.entryKey &&
        other.step === pending.step &&
        other.visit === pending.visit &&
        // Whoever leaves a cart again after a series has ended gets another series.
        (other.entryEndedAt === null || other.entryEndedAt > entry.createdAt) &&
        leftOurHands.has(other.state),
    );
  }

  /** Writes the standing and the verdict of a message; a wake that finds it held as before adds nothing. */
  async #record(
    message: NewMessage,
    decision: Exclude<SendDecision, { kind: 'send' }>,
    state: MessageState,
    slotAt: Instant,
  ): Promise<void> {
    const { at, timeZone } = this.#context;
    const known = this.#messages.get(message.id);
    if (decision.kind === 'hold' && this.#context.entry.activity === 'held' && known?.state === state) return;
    await this.#writes.add({
      messages: writeMessage(message, { state, reason: decision.reason, slotAt, at }),
      verdicts: writeVerdict(message.id, decision, at),
    });
    this.#messages.set(message.id, {
      entryId: message.entryId,
      channel: message.channel,
      attempts: known?.attempts ?? [],
      lookFailures: known?.lookFailures ?? 0,
      state,
      reason: decision.reason,
      slotAt,
    });
    this.#deps.metrics.verdict(decision.kind, decision.reason, message.channel);
    this.#trace.push({ at, step: message.step, kind: 'verdict', text: verdictSentence(decision, { timeZone, channel: message.channel }) });
  }

  /** The message of this entry that is at the provider, as this turn knows it by now. */
  #submitting(): TurnMessage | undefined {
    const { facts, entry } = this.#context;
    return facts.messages.find(({ id, entryId }) => entryId === entry.id && this.#messages.get(id)?.state === 'submitting');
  }

  /** Real milliseconds of the database for which the lease still lives; null: there is none. */
  #liveLease(): number | null {
    const { leaseReal = null } = this.#submitting() ?? {};
    const leftMs = leaseReal === null ? 0 : leaseReal - this.#context.facts.realNow;
    return leftMs > 0 ? leftMs : null;
  }

  /**
   * Another turn has the message at the provider: nothing is decided until it answers or its lease ends. Timers run by this clock, leases by that of
   * the database; with the other's instant an entry would wake too early again and again, as long as the two differ.
   */
  #waitForLease(leftMs: number): TurnResult {
    const wakeAtReal = this.#deps.clock.realNow() + leftMs;
    return { kind: 'instruction', instruction: { kind: 'wait', wakeAtReal, summary: `${this.#state.step ?? 'start'} · at the provider` } };
  }

  /** Nobody came back from the provider before the lease ended: whether the message left is not known. */
  async #foldExpired(): Promise<void> {
    const stranded = this.#submitting();
    const attempt = stranded?.attempts.at(-1);
    if (!stranded || !attempt) return;
    await this.#foldSettled({
      messageId: stranded.id,
      n: attempt.n,
      outcome: { kind: 'unknown', code: 'lease-expired' },
      usedAddress: null,
    });
  }

  /** Writes what an attempt came to, and what that makes of the message: accepted > unknown > not sent, whichever came late. */
  async #foldSettled({ messageId, n, outcome, usedAddress }: SettledAttempt): Promise<void> {
    const { at, facts, timeZone, entry } = this.#context;
    const message = facts.messages.find((one) => one.id === messageId);
    if (!message) throw new Error(`Message ${messageId} of entry ${entry.id} is not in the ledger.`);
    await this.#writes.add({
      attempts: writeAttemptOutcome({
        messageId,
        n,
        outcome: outcome.kind,
        code: outcome.kind === 'accepted' ? null : outcome.code,
        providerId: outcome.kind === 'accepted' ? outcome.providerId : null,
        at,
      }),
    });
    const attempts = message.attempts.map((one) => (one.n === n ? { ...one, outcome: outcome.kind } : one));
    const folded = foldAttempts(attempts.map((one) => one.outcome));
    // A later attempt is under way, or has said how the message stands: only an acceptance still changes that.
    if (folded !== 'accepted' && message.attempts.at(-1)?.n !== n) {
      this.#messages.set(messageId, { ...message, attempts });
      return;
    }
    const isAtStep = entry.state === 'open' && this.#state.step === message.step && this.#state.visit === message.visit;
    const say = (text: string): void => void this.#trace.push({ at, step: message.step, kind: 'submitted', text });
    const settle = async (state: MessageState, reason: string | null, slotAt: Instant | null = null): Promise<void> => {
      const providerId = outcome.kind === 'accepted' ? outcome.providerId : null;
      await this.#writes.add({ messages: writeSettled({ id: messageId, state, reason, slotAt, providerId, at }) });
      this.#messages.set(messageId, { ...message, state: after(message.state, state), reason, attempts, slotAt: slotAt ?? message.slotAt });
    };
    if (folded === 'accepted') {
      say(message.channel === 'email' ? 'The mail server accepted the email.' : 'The provider accepted the text.');
      this.#did.push(`${message.step} · sent`);
      return settle('accepted', null);
    }
    if (outcome.kind === 'not-sent' && outcome.suppress)
      await suppressAddress(this.#deps, this.#trx, {
        channel: message.channel,
        profile: this.#context.profile,
        usedAddress,
        code: outcome.code,
        at,
      });
    if (folded === 'unknown') {
      const mayRepeat = isAtStep && message.channel === 'email' && (outcome.kind !== 'not-sent' || outcome.retry);
      const ambiguous = attempts.filter((one) => one.outcome === 'unknown' || one.outcome === null).length;
      this.#did.push(`${message.step} · unknown`);
      if (mayRepeat && ambiguous < 2 && !this.#isAtMostOnce(messageId)) {
        say('No answer came from the mail server; the same email is sent once more under the same id.');
        return settle('reserved', null, this.#retrySlot(n, null));
      }
      say('No answer came, and whether it was accepted is not known.');
      return settle('unknown', null);
    }
    if (outcome.kind !== 'not-sent') return;
    const slotAt = this.#retrySlot(n, outcome.retryAfterMs ?? null);
    const deadlineAt = message.deadlineAt;
    const decision: SendDecision =
      outcome.retry && isAtStep && slotAt <= deadlineAt
        ? { kind: 'defer', until: slotAt, reason: 'provider-rejected', detail: { code: outcome.code, attempt: n } }
        : { kind: 'skip', reason: 'provider-rejected', detail: { code: outcome.code, attempt: n } };
    await this.#writes.add({ verdicts: writeVerdict(messageId, decision, at) });
    this.#deps.metrics.verdict(decision.kind, 'provider-rejected', message.channel);
    this.#trace.push({ at, step: message.step, kind: 'verdict', text: verdictSentence(decision, { timeZone, channel: message.channel }) });
    this.#did.push(`${message.step} · ${outcome.code}`);
    return decision.kind === 'defer' ? settle('reserved', 'provider-rejected', slotAt) : settle('skipped', 'provider-rejected');
  }

  #isAtMostOnce(messageId: MessageId): boolean {
    const { plan } = this.#request;
    return plan?.messageId === messageId && plan.content.kind === 'ready' && plan.content.atMostOnce;
  }

  /** Back-off runs on the real clock: 1 s, 2 s, 4 s … 5 min, or what the provider asked for. The answer is a service instant. */
  #retrySlot(attempt: number, retryAfterMs: number | null): Instant {
    return this.#serviceIn(retryAfterMs ?? Math.min(firstRetryRealMs * 2 ** (attempt - 1), longestRetryRealMs));
  }

  #serviceIn(realMs: number): Instant {
    return this.#context.at + Math.ceil(realMs * this.#deps.clock.rate);
  }

  #newMessage(step: SendStep, pending: PendingSend): NewMessage {
    const { entry, definition, profile } = this.#context;
    return {
      id: messageIdFor(this.#deps.secret, `${entry.id}|${step.id}|${pending.visit}`),
      origin: originOf(entry.journeyId),
      entryId: entry.id,
      journeyId: entry.journeyId,
      version: entry.version,
      step: step.id,
      visit: pending.visit,
      profileId: profile.id,
      channel: step.channel,
      class: definition.class,
      topic: definition.topic,
      priority: definition.priority,
      countsTowardCap: step.countsTowardCap,
      template: step.template,
      deadlineAt: pending.deadlineAt,
      mailboxProvider: this.#mailboxProvider(step.channel),
    };
  }

  #mailboxProvider(channel: SendStep['channel']): string | null {
    const { email } = this.#context.profile;
    return channel === 'email' && email !== null ? mailboxProviderOf(email) : null;
  }

  /** Nothing new and nothing due: the present instruction again, and the poke loop is told that someone looked. */
  async #stay(): Promise<TurnResult> {
    const { entry } = this.#context;
    const isHeld = entry.activity === 'held';
    await this.#writes.add({ entries: writeLookedAt(entry.id, isHeld ? null : this.#pokeAt(entry.dueAt)) });
    const summary =
      entry.state === 'armed'
        ? 'armed · idle time'
        : typeof entry.instruction['summary'] === 'string'
          ? entry.instruction['summary']
          : entry.activity;
    return { kind: 'instruction', instruction: this.#waitInstruction(isHeld ? null : entry.dueAt, summary) };
  }

  async #wait(
    until: Instant | null,
    awaiting: readonly Awaiting[],
    sentence: string,
    kind: 'wait' | 'reconcile' = 'wait',
  ): Promise<TurnResult> {
    const summary = this.#summary(sentence);
    await this.#save({ activity: 'waiting', dueAt: until, pokeReal: this.#pokeAt(until), awaiting, instruction: { kind, summary } });
    return { kind: 'instruction', instruction: this.#waitInstruction(until, summary) };
  }

  /** Stopped without an instant: only a resume or an exit goes on from here. */
  async #hold(decision: HoldDecision, awaiting: readonly Awaiting[]): Promise<TurnResult> {
    const summary = this.#summary(`${this.#state.step ?? 'start'} · held · ${decision.detail['scope']} paused`);
    await this.#save({
      activity: 'held',
      dueAt: this.#context.entry.dueAt,
      pokeReal: null,
      awaiting,
      instruction: { kind: 'wait', summary },
    });
    return { kind: 'instruction', instruction: this.#waitInstruction(null, summary) };
  }

  /** Commits as far as the journey has come; the message that is next must be made ready outside the transaction. */
  async #pauseHere(pending: PendingSend, kind: 'turn' | 'reconcile' = 'turn'): Promise<TurnResult> {
    const { at, facts } = this.#context;
    await this.#save({
      activity: 'ready',
      dueAt: at,
      pokeReal: facts.realNow + pokeGraceRealMs / 4,
      awaiting: pending.awaiting,
      instruction: { kind },
    });
    return { kind: 'again' };
  }

  async #notEntered(reason: string, text: string): Promise<TurnResult> {
    this.#trace.push({ at: this.#context.at, step: null, kind: 'not-entered', text });
    return this.#finish('not-entered', reason);
  }

  async #finish(outcome: EntryOutcome, reason: string): Promise<TurnResult> {
    const { entry, at } = this.#context;
    const hasPromised = [...this.#messages.values()].some((message) => message.entryId === entry.id && message.state === 'reserved');
    if (hasPromised) await this.#writes.add({ messages: writeReleased(entry.id, at) });
    await this.#save({
      activity: 'done',
      dueAt: null,
      pokeReal: null,
      awaiting: [],
      instruction: { kind: 'finished', outcome },
      outcome,
      reason,
    });
    return finished(outcome, this.#summary(outcome));
  }

  async #save(after: {
    readonly activity: EntryAfterTurn['activity'];
    readonly dueAt: Instant | null;
    readonly pokeReal: number | null;
    readonly awaiting: readonly Awaiting[];
    readonly instruction: Readonly<Record<string, unknown>>;
    readonly outcome?: EntryOutcome;
    readonly reason?: string;
  }): Promise<void> {
    const { entry, profile, at } = this.#context;
    const before = Array.isArray(entry.instruction['awaiting']) ? entry.instruction['awaiting'] : [];
    const isSame = JSON.stringify(before) === JSON.stringify(after.awaiting);
    const saved = writeEntry({
      id: entry.id,
      version: this.#entered ? entry.version : null,
      state: after.outcome !== undefined ? 'finished' : this.#entered ? 'open' : 'armed',
      activity: after.activity,
      data: this.#state,
      instruction: { ...after.instruction, awaiting: after.awaiting },
      dueAt: after.dueAt,
      outcome: after.outcome ?? null,
      outcomeReason: after.reason ?? null,
      enteredAt: this.#entered ? (entry.enteredAt ?? at) : null,
      finishedAt: after.outcome === undefined ? null : at,
      pokeReal: after.pokeReal,
    });
    await this.#writes.add({
      ...(isSame ? {} : writeWaits({ id: entry.id, profileId: profile.id, cartId: entry.cartId }, before, after.awaiting)),
      trace: writeTrace(entry.id, this.#trace),
      entries: saved,
      profiles: at > profile.lastInstant ? writeLastInstant(profile.id, at) : null,
    });
  }

  /** What this turn did, then what it waits for: codes and step ids only. */
  #summary(next: string): string {
    return [...this.#did, next].join(' → ').slice(0, longestSummary);
  }

  #waitInstruction(until: Instant | null, summary: string): Instruction {
    return { kind: 'wait', wakeAtReal: until === null ? null : this.#deps.clock.timerAt(until), summary };
  }

  #pokeAt(until: Instant | null): number | null {
    return until === null ? null : this.#deps.clock.realAt(until) + pokeGraceRealMs;
  }

  #turn(result: TurnResult): { kind: 'turn'; result: TurnResult } {
    return { kind: 'turn', result };
  }
}

type SkipDecision = Extract<SendDecision, { kind: 'skip' | 'exit' }>;
type HoldDecision = Extract<SendDecision, { kind: 'hold' }>;
type PendingSend = Extract<Pending, { kind: 'send' }>;

const leftOurHands: ReadonlySet<MessageState> = new Set(['submitting', 'accepted', 'delivered', 'bounced', 'failed', 'unknown']);

/** An attempt may have reached the provider, and nobody knows. */
function isAmbiguous({ attempts }: Pick<TurnMessage, 'attempts'>): boolean {
  return foldAttempts(attempts.map(({ outcome }) => outcome)) === 'unknown';
}

/** A receipt may have come before the answer: what it says stands. */
function after(before: MessageState, now: MessageState): MessageState {
  return before === 'delivered' || before === 'bounced' || before === 'failed' || (before === 'accepted' && now !== 'accepted')
    ? before
    : now;
}

function finished(outcome: string, summary: string = outcome): TurnResult {
  return { kind: 'instruction', instruction: { kind: 'finished', outcome: summary } };
}
