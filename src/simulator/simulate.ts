import { capPerson } from '../domain/cap-person.js';
import { capsFor, type CapPerson } from '../domain/caps-for.js';
import type { Channel } from '../domain/channel.js';
import { mayProfile } from '../domain/engagement/facts.js';
import { noEngagement } from '../domain/engagement/state.js';
import { durationWords } from '../domain/duration.js';
import type { ShopEvent } from '../domain/event.js';
import { verdictSentence } from '../domain/explain.js';
import type { Fact, FactName } from '../domain/fact.js';
import type { CartId, ProfileId, StepId } from '../domain/ids.js';
import { day, second, type Instant } from '../domain/instant.js';
import { isHeld } from '../domain/ledger.js';
import type { LedgerSlot, MessageState } from '../domain/message.js';
import { decideSend, type SendFacts, type SendRequest } from '../domain/send-gate.js';
import type { Policies } from '../domain/policy/policies.js';
import { quietHoursFor } from '../domain/quiet-hours.js';
import type { Shop } from '../domain/shop.js';
import { normaliseAddress, normalisePhone } from '../domain/suppression.js';
import type { SendDecision, VerdictReason } from '../domain/verdict.js';
import { calendarZone, type Place, placesByTraits, tellsPlace } from '../domain/zone-evidence.js';
import type { JourneyDefinition, SendStep } from '../journey/definition.js';
import {
  advance,
  type Advanced,
  completeSend,
  decideEntry,
  type EngineContext,
  newEntryState,
  type SendResult,
} from '../journey/engine.js';
import { cappedBy } from '../journey/capped-by.js';
import { afterFailedLook, endsByOrder, lookedUpOrder } from '../journey/last-look.js';
import { placeWait } from '../journey/awaiting.js';
import type { EntryInput, EntryOutcome, Pending, TraceLine } from '../journey/entry.js';
import { Agenda } from './agenda.js';
import { entryKey } from '../journey/entry-key.js';
import { triggerKind } from '../journey/triggers/index.js';
import { furthestFirst, inputFor, type SimulatedEntry } from './entry.js';
import type { HappeningKind, PauseScope, ReceiptStatus, Script, ScriptedAnswer } from './script.js';
import type { Story, StoryLine, StoryMessage, StoryMessageState } from './story.js';
import { personaId, World } from './world.js';

interface SimulationOptions {
  readonly definition: JourneyDefinition;
  readonly script: Script;
  readonly shop: Pick<Shop, 'timeZone' | 'country'>;
  readonly policies: Policies;
  /** When to stop looking; 60 days after the start unless said. */
  readonly until?: Instant;
}

/**
 * Plays a journey on a virtual clock, with the engine, the gate and the folding of carts that run for real, and tells what happened. The same
 * input gives the same story.
 */
export function simulate(options: SimulationOptions): Story {
  return new Simulation(options).run();
}

interface SimulatedMessage extends LedgerSlot {
  readonly entry: SimulatedEntry | null;
  readonly step: StepId | null;
  state: MessageState;
  slotAt: Instant;
  reason: VerdictReason | null;
  settledAt: Instant;
  isHeld: boolean;
  products: readonly string[];
  attempts: number;
  lookFailures: number;
  readonly receipts: ReceiptStatus[];
}

type PendingSend = Extract<Pending, { readonly kind: 'send' }>;

const mostTurns = 10_000;
const firstRetryMs = second;

class Simulation {
  readonly #options: SimulationOptions;
  readonly #world: World;
  readonly #agenda = new Agenda<HappeningKind | { readonly kind: 'wake'; readonly entry: SimulatedEntry }>();
  readonly #lines: StoryLine[] = [];
  readonly #entries: SimulatedEntry[] = [];
  readonly #messages: SimulatedMessage[] = [];
  readonly #pauses = new Map<PauseScope, Instant>();
  readonly #quietHours: SendFacts['quietHours'];
  #orderLook: { readonly kind: 'none' | 'failed' } | { readonly kind: 'found'; readonly orderedAt: Instant } = { kind: 'none' };
  #at: Instant;
  #events = 0;

  constructor(options: SimulationOptions) {
    const { script } = options;
    this.#options = options;
    const hours = quietHoursFor(options.policies, options.definition.class);
    // Ids are invented here, so a spread by them would tell nothing.
    this.#quietHours = hours === null ? null : { ...hours, openingJitterMs: 0 };
    this.#world = new World(script.persona, options.policies.topics);
    this.#at = script.startAt;
    for (const before of script.persona.messagesBefore) this.#messages.push(messageBefore(before, this.#messages.length));
    for (const { at, what } of script.happenings) this.#agenda.add(at, what);
  }

  run(): Story {
    const { script, until = script.startAt + 60 * day } = this.#options;
    let turns = 0;
    for (let next = this.#agenda.next(); next !== null && next.at <= until; next = this.#agenda.next()) {
      turns += 1;
      if (turns > mostTurns) throw new Error(`The simulation of ${script.name} did not come to an end in ${mostTurns} turns.`);
      this.#at = Math.max(this.#at, next.at);
      this.#happen(next.what);
    }
    return {
      title: script.name,
      startAt: script.startAt,
      timeZone: this.#timeZone(personaId),
      lines: this.#lines,
      messages: this.#messages.flatMap(storyMessage),
      entries: this.#entries.map(({ id, createdAt, enteredAt, outcome, reason }) => ({
        id,
        armedAt: createdAt,
        enteredAt,
        outcome,
        reason,
      })),
    };
  }

  #happen(what: HappeningKind | { readonly kind: 'wake'; readonly entry: SimulatedEntry }): void {
    switch (what.kind) {
      case 'wake':
        // A start that was put off, and a wait that ended before its time: whoever is not due stays asleep.
        if (what.entry.dueAt !== null && what.entry.dueAt <= this.#at && what.entry.stage !== 'held') this.#turn(what.entry);
        return;
      case 'event':
        return this.#hear(what);
      case 'receipt':
        return this.#receive(what.step, what.status);
      case 'pause':
        this.#pauses.set(what.scope, this.#at);
        return this.#tell('event', null, `${scopeNames[what.scope]} paused.`);
      case 'resume':
        return this.#resume(what.scope);
      case 'suppress':
        this.#world.suppress(personaId, what.channel, what.reason);
        return this.#tell(
          'event',
          null,
          `The ${what.channel === 'email' ? 'email address' : 'mobile number'} is suppressed: ${what.reason}.`,
        );
      case 'order-lookup':
        this.#orderLook = what.answer === 'found' ? { kind: 'found', orderedAt: this.#at } : { kind: what.answer };
        return this.#tell('event', null, lookSentences[what.answer]);
      case 'exit':
        this.#tell('event', null, `Someone takes the person out of the journey: ${what.reason}.`);
        for (const entry of this.#live()) {
          entry.inputs.push({ kind: 'exit', reason: what.reason, at: this.#at });
          this.#turn(entry);
        }
        return;
    }
  }

  // ── what the world does ──

  #hear(what: Extract<HappeningKind, { readonly kind: 'event' }>): void {
    this.#events += 1;
    const id = (what.who ?? personaId) as ProfileId;
    const event: ShopEvent = {
      messageId: what.messageId ?? `event-${this.#events}`,
      type: what.type,
      name: what.name,
      userId: null,
      anonymousId: null,
      previousId: null,
      properties: what.type === 'identify' ? {} : what.properties,
      traits: what.type === 'identify' ? what.properties : {},
      occurredAt: what.happenedAt,
      receivedAt: this.#at,
      origin: 'live',
    };
    const heard = this.#world.hear(event, id);
    const who = what.who === null ? '' : ` by ${what.who}`;
    this.#tell('event', null, `${what.name ?? what.type}${who}${heard.note === null ? '' : `: ${heard.note}`}.`);
    for (const { from, into } of heard.joined) this.#joinEntries(from, into);
    this.#match(heard.facts, heard.trigger);
  }

  #receive(step: string, status: ReceiptStatus): void {
    const message = this.#messages.findLast((one) => one.step === step);
    if (message === undefined) return this.#tell('event', step, `No message of this step was there to be ${status}.`);
    this.#tell('event', step, `The ${message.channel === 'email' ? 'email' : 'text'} was ${status}.`);
    message.receipts.push(status);
    if (message.state === 'accepted' && isFinalState(status)) message.state = status;
    const profileId = message.entry?.profileId ?? personaId;
    const suppression = suppressedBy[status];
    if (suppression !== undefined) this.#world.suppress(profileId, message.channel, suppression);
    const fact: Fact = {
      name: `message.${status}` as FactName,
      profileId,
      at: this.#at,
      eventId: `receipt-${this.#at}`,
      properties: { step },
    };
    this.#world.note(fact);
    if (message.entry !== null) message.entry.inputs.push({ kind: 'receipt', messageId: message.messageId, status, at: this.#at });
    this.#match([fact], true);
  }

  #resume(scope: PauseScope): void {
    const pausedAt = this.#pauses.get(scope) ?? this.#at;
    this.#pauses.delete(scope);
    this.#tell('event', null, `${scopeNames[scope]} resumed.`);
    for (const entry of this.#entries) {
      const message = this.#messages.find((one) => one.entry === entry && one.isHeld);
      if (entry.stage !== 'held' || this.#pauseFor(message?.channel ?? null) !== null) continue;
      if (message !== undefined) message.isHeld = false;
      entry.stage = entry.enteredAt === null ? 'armed' : 'open';
      entry.inputs.push({ kind: 'resume', at: this.#at, pausedAt, slotAt: message?.slotAt ?? null });
      this.#turn(entry);
    }
  }

  // ── matching: what ingest does in one transaction ──

  #match(facts: readonly Fact[], trigger: boolean): void {
    const hastened = new Set<SimulatedEntry>();
    for (const fact of facts) {
      for (const entry of this.#live()) {
        const heard = trigger || fact.at >= entry.createdAt ? inputFor(entry, fact) : null;
        if (heard === null) continue;
        entry.inputs.push(heard.input);
        if (heard.hastens) hastened.add(entry);
      }
    }
    for (const fact of facts) this.#startOrPutOff(fact, trigger);
    for (const entry of hastened) this.#turn(entry);
  }

  #startOrPutOff(fact: Fact, mayTrigger: boolean): void {
    const { trigger, entry } = this.#options.definition;
    const kind = triggerKind(trigger);
    const role = kind.role(trigger, fact);
    const key = entryKey(entry, fact);
    if (role === null || key === null) return;
    if (!mayTrigger) return this.#tell('note', null, 'Too late to start anything.');
    const there = this.#live().find((one) => one.profileId === fact.profileId && one.key === key);
    const dueAt = kind.dueAt(trigger, fact);
    if (there !== undefined) {
      if (there.stage === 'armed' && dueAt > (there.dueAt ?? 0)) this.#sleep(there, dueAt);
      return;
    }
    if (role === 'reset') return;
    if (this.#pauses.has('journey')) return this.#tell('not-entered', null, 'Does not enter: the journey is paused.');
    if (!kind.holds(trigger, fact)) return;
    this.#arm(fact, key, dueAt);
  }

  #arm(fact: Fact, key: string, dueAt: Instant): void {
    const cartId = fact.cartId ?? null;
    const entry: SimulatedEntry = {
      id: `entry-${this.#entries.length + 1}`,
      profileId: fact.profileId,
      key,
      cartId,
      createdAt: fact.at,
      stage: 'armed',
      state: newEntryState({ at: fact.at, trigger: fact.properties, cartId }),
      dueAt,
      awaiting: [],
      inputs: [],
      enteredAt: null,
      outcome: null,
      reason: null,
    };
    this.#entries.push(entry);
    if (dueAt > this.#at) this.#tell('armed', null, `Waits for ${durationWords(dueAt - fact.at)} without activity.`);
    this.#sleep(entry, Math.max(dueAt, this.#at));
  }

  /** Two carts are one: their entries too. */
  #joinEntries(from: CartId, into: CartId): void {
    const moved = this.#live().filter((entry) => entry.cartId === from || entry.cartId === into);
    for (const entry of moved) {
      if (entry.key === entry.cartId) entry.key = into;
      entry.cartId = into;
      entry.state = { ...entry.state, cartId: into };
    }
    const rivals = moved.filter((entry) => entry.key === into).sort(furthestFirst);
    const [first, ...others] = rivals;
    if (first === undefined) return;
    for (const other of others) {
      if (first.stage === 'armed' && (other.dueAt ?? 0) > (first.dueAt ?? 0)) this.#sleep(first, other.dueAt ?? this.#at);
      this.#finish(other, 'superseded', 'merged', 'Two carts turn out to be one: the other entry goes on.');
    }
  }

  // ── turns ──

  #turn(entry: SimulatedEntry): void {
    if (entry.stage === 'finished') return;
    const context = this.#context(entry);
    const inputs = entry.inputs;
    entry.inputs = [];
    if (entry.stage === 'armed') return this.#decideArmed(entry, context, inputs);
    entry.stage = 'open';
    if (inputs.some((input) => input.kind === 'fact' && tellsPlace(input))) this.#giveBack(entry);
    this.#walk(entry, advance(context, entry.state, inputs));
  }

  #decideArmed(entry: SimulatedEntry, context: EngineContext, inputs: readonly EntryInput[]): void {
    const asked = inputs.find((input) => input.kind === 'exit');
    if (asked !== undefined) return this.#notEntered(entry, asked.reason, `Does not enter: ${asked.reason}.`);
    const dueAt = entry.dueAt ?? this.#at;
    if (dueAt > this.#at) return;
    if (this.#pauses.has('journey')) {
      entry.stage = 'held';
      return this.#tell('note', null, 'The journey is paused: whether they enter is decided when it goes on.');
    }
    const { catchUp } = this.#options.definition;
    const resumed = inputs.some((input) => input.kind === 'resume');
    if (resumed && catchUp.kind === 'send_if_within' && this.#at - dueAt > catchUp.ms)
      return this.#notEntered(entry, 'paused', 'Does not enter: the journey was paused when it was time, and that was too long ago.');
    const others = this.#entries.filter((other) => other !== entry && other.profileId === entry.profileId);
    const enteredBefore = others.flatMap(({ enteredAt }) => enteredAt ?? []);
    const decision = decideEntry(context, {
      lastEnteredAt: enteredBefore.length === 0 ? null : Math.max(...enteredBefore),
      enteredBefore: enteredBefore.length > 0,
      openOthers: others.filter(({ stage, enteredAt }) => stage !== 'finished' && enteredAt !== null).length,
    });
    if (decision.kind === 'not-entered') return this.#notEntered(entry, decision.reason, decision.text);
    entry.stage = 'open';
    entry.enteredAt = this.#at;
    entry.state = newEntryState({
      at: this.#at,
      startedAt: Math.min(this.#at, dueAt),
      trigger: entry.state.trigger,
      cartId: entry.cartId,
    });
    const facts = inputs.filter((input) => input.kind === 'fact');
    this.#walk(entry, advance(context, entry.state, facts));
  }

  /** Follows the engine until something is pending that this turn cannot settle. */
  #walk(entry: SimulatedEntry, start: Advanced): void {
    for (let advanced: Advanced | null = start; advanced !== null; ) {
      entry.state = advanced.state;
      this.#trace(advanced.trace);
      const { pending }: Advanced = advanced;
      this.#passBy(entry, pending);
      if (pending.kind === 'finished') return this.#close(entry, pending.outcome, pending.reason);
      entry.awaiting = pending.awaiting;
      if (pending.kind === 'wait') return this.#sleep(entry, pending.until);
      advanced = this.#send(entry, pending);
    }
  }

  /** What waited for its slot or for a resume, and is not what the engine asks for any more: a pause made it too late. */
  #passBy(entry: SimulatedEntry, pending: Pending): void {
    if (pending.kind === 'finished') return;
    const wanted = pending.kind === 'send' ? messageIdOf(entry, pending) : null;
    for (const message of this.#messages) {
      if (message.entry === entry && message.state === 'reserved' && message.messageId !== wanted)
        this.#settle(message, 'skipped', 'paused');
    }
  }

  /** The person may be somewhere else than when a slot was promised: the gate decides it anew. */
  #giveBack(entry: SimulatedEntry): void {
    for (const message of this.#messages)
      if (message.entry === entry && message.state === 'reserved' && message.slotAt > this.#at)
        this.#settle(message, 'released', message.reason);
  }

  /** The gate, and the provider's scripted answer. Null: nothing more in this turn. */
  #send(entry: SimulatedEntry, pending: PendingSend): Advanced | null {
    const step = this.#options.definition.steps[pending.step];
    if (step?.kind !== 'send') throw new Error(`Step ${pending.step} is no send.`);
    const known = this.#messages.find(({ messageId }) => messageId === messageIdOf(entry, pending));
    if (known?.state === 'reserved' && known.slotAt > this.#at) {
      entry.awaiting = [...pending.awaiting, placeWait];
      this.#sleep(entry, known.slotAt);
      return null;
    }
    const ordered = this.#lastLook(entry);
    if (ordered !== null) return advance(this.#context(entry), entry.state, [ordered]);

    const message = known ?? this.#newMessage(entry, step, pending);
    message.products = this.#world.cart(entry.cartId)?.lines.map(({ name }) => name) ?? [];
    const decision = this.#afterLook(message, pending, this.#decide(entry, step, pending, message));
    switch (decision.kind) {
      case 'send':
        return this.#submit(entry, step, pending, message);
      case 'defer':
        return this.#defer(entry, message, decision, decision.until);
      case 'hold':
        if (!message.isHeld) this.#say(message, decision);
        if (message.state !== 'reserved') message.slotAt = this.#at;
        this.#settle(message, 'reserved', 'paused');
        message.isHeld = true;
        entry.stage = 'held';
        return null;
      case 'skip':
        this.#say(message, decision);
        this.#settle(message, 'skipped', decision.reason);
        return this.#leave(entry, { kind: 'skipped', reason: decision.reason });
      case 'withhold':
        this.#say(message, decision);
        this.#settle(message, 'withheld', decision.reason);
        return this.#leave(entry, { kind: 'withheld', reason: decision.reason });
      case 'exit':
        this.#say(message, decision);
        this.#settle(message, 'skipped', decision.reason);
        this.#close(entry, 'exited', decision.reason);
        return null;
    }
  }

  #decide(entry: SimulatedEntry, step: SendStep, pending: PendingSend, message: SimulatedMessage): SendDecision {
    const { policies } = this.#options;
    const profile = this.#world.profile(entry.profileId);
    const { messageId, channel, class: messageClass, topic, priority } = message;
    const request: SendRequest = {
      messageId,
      channel,
      class: messageClass,
      topic,
      priority,
      at: this.#at,
      deadlineAt: pending.deadlineAt,
      ...cappedBy(step, pending.arrivedAt),
      hours: step.hours ?? null,
    };
    const suppression = profile.suppressed[step.channel];
    const facts: SendFacts = {
      paused: this.#pauseFor(step.channel),
      exit: null,
      consents: profile.consents,
      topics: this.#options.policies.topics,
      suppression: suppression === undefined ? null : { reason: suppression },
      reachable: reachable(profile, step.channel),
      holdout: false,
      content:
        this.#options.definition.entry.key.kind === 'cart' && message.products.length === 0
          ? { kind: 'empty', problem: 'the cart has no lines' }
          : { kind: 'ready' },
      places: this.#places(entry.profileId),
      quietHours: this.#quietHours,
      ledger: this.#messages.filter((one) => !isHeld(one)),
      caps: capsFor(policies, this.#capPerson(entry.profileId, request), request),
      price: policies.engagement.price?.[request.channel] ?? null,
    };
    return decideSend(request, facts);
  }

  /** The persona's tier is told, or follows from their consents; nothing is known of what they read. */
  #capPerson(id: ProfileId, request: SendRequest): CapPerson {
    const { policies, script } = this.#options;
    const { traits, consents } = this.#world.profile(id);
    const nothing = { state: noEngagement, unengagedSends: [], winBacks: [], topics: [], isTracked: false };
    const engagement = { ...nothing, consents, mayProfile: mayProfile(traits) };
    const person = capPerson(policies, { engagement, traits, timeZone: this.#timeZone(id) }, request);
    return id === personaId && script.persona.tier !== undefined ? { ...person, tier: script.persona.tier } : person;
  }

  /** The shop is asked once more for an order that no event told of, in journeys that an order ends. */
  #lastLook(entry: SimulatedEntry): EntryInput | null {
    const look = this.#orderLook;
    if (look.kind !== 'found' || look.orderedAt < entry.createdAt || !endsByOrder(this.#options.definition)) return null;
    return lookedUpOrder(look.orderedAt, entry.cartId);
  }

  /** The shop could not be asked: again in five minutes, three times; then an email goes and a text does not. */
  #afterLook(message: SimulatedMessage, pending: PendingSend, decision: SendDecision): SendDecision {
    if (decision.kind !== 'send' || this.#orderLook.kind !== 'failed' || !endsByOrder(this.#options.definition)) return decision;
    message.lookFailures += 1;
    const { lookFailures: failures, channel } = message;
    return afterFailedLook(decision, { failures, at: this.#at, deadlineAt: pending.deadlineAt, channel });
  }

  #submit(entry: SimulatedEntry, step: SendStep, pending: PendingSend, message: SimulatedMessage): Advanced | null {
    const answer: ScriptedAnswer | undefined = this.#options.script.answers[step.id];
    message.attempts += 1;
    message.slotAt = this.#at;
    if (answer?.kind === 'rejected') {
      this.#say(message, { kind: 'skip', reason: 'provider-rejected', detail: { code: 'rejected' } });
      this.#settle(message, 'failed', 'provider-rejected');
      return this.#leave(entry, { kind: 'failed', reason: 'provider-rejected' });
    }
    if (answer?.kind === 'busy' && message.attempts <= answer.times) {
      const until = this.#at + firstRetryMs * 2 ** (message.attempts - 1);
      const detail = { code: 'busy', attempt: message.attempts };
      if (until <= pending.deadlineAt)
        return this.#defer(entry, message, { kind: 'defer', until, reason: 'provider-rejected', detail }, until);
      this.#say(message, { kind: 'skip', reason: 'provider-rejected', detail });
      this.#settle(message, 'failed', 'provider-rejected');
      return this.#leave(entry, { kind: 'failed', reason: 'provider-rejected' });
    }
    if (answer?.kind === 'silent' && message.attempts === 1) {
      // An email is sent once more under the same id; a text never is.
      if (message.channel === 'email') {
        this.#tell('submitted', step.id, 'No answer came from the mail server; the same email is sent once more under the same id.');
        this.#settle(message, 'reserved', null);
        message.slotAt = this.#at + firstRetryMs;
        this.#sleep(entry, message.slotAt);
        return null;
      }
      this.#settle(message, 'unknown', null);
      return this.#leave(entry, { kind: 'unknown', reason: null });
    }
    this.#settle(message, 'accepted', null);
    return this.#leave(entry, { kind: 'accepted', reason: null });
  }

  #defer(entry: SimulatedEntry, message: SimulatedMessage, decision: SendDecision & { kind: 'defer' }, until: Instant): null {
    this.#say(message, decision);
    this.#settle(message, 'reserved', decision.reason);
    message.slotAt = until;
    entry.awaiting = [...entry.awaiting, placeWait];
    this.#sleep(entry, until);
    return null;
  }

  #leave(entry: SimulatedEntry, result: SendResult): Advanced {
    return completeSend(this.#context(entry), entry.state, result);
  }

  #sleep(entry: SimulatedEntry, until: Instant | null): void {
    entry.dueAt = until;
    if (until !== null) this.#agenda.add(until, { kind: 'wake', entry });
  }

  #notEntered(entry: SimulatedEntry, reason: string, text: string): void {
    this.#tell('not-entered', null, text);
    this.#close(entry, 'not-entered', reason);
  }

  #finish(entry: SimulatedEntry, outcome: EntryOutcome, reason: string, text: string): void {
    this.#tell('merged', null, text);
    this.#close(entry, outcome, reason);
  }

  #close(entry: SimulatedEntry, outcome: EntryOutcome, reason: string): void {
    entry.stage = 'finished';
    entry.outcome = outcome;
    entry.reason = reason;
    entry.dueAt = null;
    entry.awaiting = [];
    for (const message of this.#messages)
      if (message.entry === entry && message.state === 'reserved') this.#settle(message, 'released', message.reason);
  }

  // ── what a turn reads ──

  #context(entry: SimulatedEntry): EngineContext {
    const { definition } = this.#options;
    const profile = this.#world.profile(entry.profileId);
    const facts = {
      at: this.#at,
      profile: { identified: profile.identified, traits: profile.traits },
      cart: this.#world.cart(entry.cartId),
      consents: profile.consents,
      topics: this.#options.policies.topics,
      eventInstants: this.#world.instantsOf(entry.profileId),
      event: entry.state.trigger,
      messages: Object.fromEntries(
        this.#messages.flatMap(({ entry: owner, step, state, reason, receipts }) => {
          // The ledger's `failed` is what a provider accepted and could not deliver; what it refused was never sent.
          const known = state === 'failed' && reason === 'provider-rejected' ? 'skipped' : state;
          return owner === entry && step !== null ? [[step, { state: known, receipts }]] : [];
        }),
      ),
    };
    return { definition, facts, at: this.#at, timeZone: this.#timeZone(entry.profileId) };
  }

  #places(id: ProfileId): readonly Place[] {
    const { traits } = this.#world.profile(id);
    const phone = typeof traits['phone'] === 'string' ? normalisePhone(traits['phone']) : null;
    return placesByTraits({ traits, phone }, this.#options.shop, this.#at);
  }

  #timeZone(id: ProfileId): string {
    return calendarZone(this.#places(id), this.#options.shop.timeZone);
  }

  #pauseFor(channel: Channel | null): SendFacts['paused'] {
    if (this.#pauses.has('all')) return { scope: 'all' };
    if (this.#pauses.has('journey')) return { scope: 'journey' };
    return channel !== null && this.#pauses.has(channel) ? { scope: 'channel' } : null;
  }

  #live(): readonly SimulatedEntry[] {
    return this.#entries.filter(({ stage }) => stage !== 'finished');
  }

  #newMessage(entry: SimulatedEntry, step: SendStep, pending: PendingSend): SimulatedMessage {
    const { definition } = this.#options;
    const message: SimulatedMessage = {
      messageId: messageIdOf(entry, pending),
      entry,
      step: step.id,
      channel: step.channel,
      class: definition.class,
      topic: definition.topic,
      priority: definition.priority,
      countsTowardCap: step.countsTowardCap ?? this.#options.policies.classes.classes[definition.class].countsTowardCaps,
      // Before its first verdict a message holds no slot.
      state: 'released',
      slotAt: this.#at,
      reason: null,
      settledAt: this.#at,
      isHeld: false,
      products: [],
      attempts: 0,
      lookFailures: 0,
      receipts: [],
    };
    this.#messages.push(message);
    return message;
  }

  #settle(message: SimulatedMessage, state: MessageState, reason: VerdictReason | null): void {
    message.state = state;
    message.reason = reason;
    message.settledAt = this.#at;
  }

  // ── what is told ──

  #say(message: SimulatedMessage, decision: SendDecision): void {
    const timeZone = this.#timeZone(message.entry?.profileId ?? personaId);
    const sentence = verdictSentence(decision, { timeZone, channel: message.channel });
    this.#lines.push({ at: this.#at, kind: 'verdict', step: message.step, text: sentence, verdict: decision });
  }

  #trace(trace: readonly TraceLine[]): void {
    this.#lines.push(...trace.map(({ at, kind, step, text: words }) => ({ at, kind, step, text: words })));
  }

  #tell(kind: StoryLine['kind'], step: string | null, words: string): void {
    this.#lines.push({ at: this.#at, kind, step, text: words });
  }
}

function messageIdOf(entry: SimulatedEntry, { step, visit }: Pick<PendingSend, 'step' | 'visit'>): string {
  return `${entry.id}|${step}|${visit}`;
}

function messageBefore(before: Script['persona']['messagesBefore'][number], index: number): SimulatedMessage {
  const { channel, topic, at } = before;
  return {
    messageId: `before-${index}`,
    entry: null,
    step: null,
    channel,
    class: 'marketing',
    topic,
    priority: 50,
    countsTowardCap: true,
    state: 'accepted',
    slotAt: at,
    reason: null,
    settledAt: at,
    isHeld: false,
    products: [],
    attempts: 1,
    lookFailures: 0,
    receipts: [],
  };
}

function storyMessage(message: SimulatedMessage): readonly StoryMessage[] {
  const { step, channel, reason, products, attempts, state } = message;
  if (step === null) return [];
  const at = state === 'reserved' && !message.isHeld ? message.slotAt : message.settledAt;
  return [{ step, channel, state: storyState(message), reason, at, products, attempts }];
}

function storyState({ state, isHeld }: SimulatedMessage): StoryMessageState {
  switch (state) {
    case 'reserved':
      return isHeld ? 'held' : 'waiting';
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'submitting':
      return 'sent';
    case 'failed':
    case 'unknown':
    case 'skipped':
    case 'withheld':
    case 'released':
      return state;
    case 'expired':
      return 'released';
  }
}

/** The simulator knows no numbering plans: an address that reads as one is one, unless the persona says otherwise. */
function reachable(
  profile: { readonly traits: Readonly<Record<string, unknown>>; readonly unreachable: Readonly<Partial<Record<Channel, string>>> },
  channel: Channel,
): SendFacts['reachable'] {
  const code = profile.unreachable[channel];
  if (code !== undefined) return { kind: 'no', code };
  const address = text(profile.traits[channel === 'email' ? 'email' : 'phone']);
  if (address === null) return { kind: 'no', code: 'no-address' };
  const normalised = normaliseAddress(channel, address);
  return normalised === null ? { kind: 'no', code: 'invalid-address' } : { kind: 'ok' };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function isFinalState(status: ReceiptStatus): status is 'delivered' | 'bounced' | 'failed' {
  return status === 'delivered' || status === 'bounced' || status === 'failed';
}

const suppressedBy: Readonly<Partial<Record<ReceiptStatus, string>>> = {
  bounced: 'bounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
};

const scopeNames: Readonly<Record<PauseScope, string>> = {
  all: 'All sending is',
  email: 'Emails are',
  sms: 'Texts are',
  journey: 'The journey is',
};

const lookSentences = {
  found: 'An order is placed that no event tells of.',
  none: 'The shop knows of no order.',
  failed: 'The shop cannot be asked for orders.',
} as const;
