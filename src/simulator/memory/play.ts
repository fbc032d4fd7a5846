import { addressOf } from '../../domain/messages/channel.js';
import type { Reach } from '../../domain/messages/channel-kind.js';
import type { AttemptOutcome } from '../../domain/messages/message.js';
import type { Outgoing } from '../../domain/messages/outgoing.js';
import { reach } from '../../domain/messages/reach.js';
import type { RenderContext, RenderResult } from '../../domain/messages/rendering.js';
import type { Instant } from '../../domain/time/instant.js';
import { isTrackable, mayTrack } from '../../domain/tracking/tracking.js';
import type { EntryId, MessageId } from '../../domain/values/ids.js';
import { knownInMemory } from '../../knowledge/load.js';
import { askedByTemplate, type ToldToTemplate, toldNothing, toldToTemplate } from '../../knowledge/templates.js';
import { type PlannedContent, showing } from '../../turn/content.js';
import { type ForeseenSend, foresee } from '../../turn/foresee.js';
import { renderContext } from '../../turn/render-context.js';
import { knownContent } from '../../turn/repeat.js';
import type { OrderLook, PreparedSend, SettledAttempt, TurnRequest, TurnResult } from '../../turn/request.js';
import { takeTurn } from '../../turn/take-turn.js';
import type { TurnWorld } from '../../turn/world.js';
import { applyEffects } from './effects.js';
import { sharersOf } from './match.js';
import type { IngestNeeds } from './needs.js';
import { readWorld, type Surroundings } from './read-world.js';
import type { MemoryEntry, Tables } from './tables.js';

/** What answers around a world in memory. */
export interface Outside extends Surroundings {
  /** How the world hears what steps say. */
  readonly hearing: IngestNeeds;
  readonly render: (template: string, context: RenderContext, world: TurnWorld) => RenderResult;
  /** What a template asks beside what every message has. Absent: none does. */
  readonly asks?: ((template: string) => readonly string[]) | undefined;
  /** How the provider answers the nth attempt of a message. */
  readonly answer: (world: TurnWorld, plan: PreparedSend, n: number) => AttemptOutcome;
  readonly lookForOrder: (world: TurnWorld) => OrderLook;
  /** Where texts may go. Absent: everywhere, and to numbers of fiction too. */
  readonly texts?: Parameters<typeof reach>[2];
}

const anywhere: Parameters<typeof reach>[2] = { allowFictional: true, countries: 'all' };

/** Messages that one turn may send in a row, as `src/app/turn/take-turn.ts` has it. */
const mostRounds = 12;
const mostTurns = 200_000;

/** Takes turns in a world in memory, on a clock that the caller moves. */
export class Play {
  readonly tables: Tables;
  readonly #outside: Outside;
  /** Of each message, the plan that it was last asked with. */
  readonly plans = new Map<MessageId, { readonly plan: PreparedSend; readonly world: TurnWorld }>();
  at: Instant;
  readonly #ready = new Set<EntryId>();
  #turns = 0;

  constructor(tables: Tables, outside: Outside, at: Instant) {
    this.tables = tables;
    this.#outside = outside;
    this.at = at;
  }

  /** The next instant at which an entry is due; null: none is. */
  nextDue(): Instant | null {
    return this.tables.due.first(({ at, id }) => this.#isDueAt(id, at))?.at ?? null;
  }

  #isDueAt(id: EntryId, at: Instant): boolean {
    const entry = this.tables.entry(id);
    return entry.dueAt === at && !isAsleep(entry);
  }

  /** Takes every turn that is to be taken at this instant: of entries that were poked, and of those that are due. */
  settle(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#take(next);
    for (const id of this.tables.entries.idsWhere('poked', true)) this.tables.changeEntry(id, { isPoked: false });
    this.#ready.clear();
  }

  /** The first by id, as the store has it. */
  #next(): EntryId | undefined {
    const { due, entries } = this.tables;
    for (let at = this.nextDue(); at !== null && at <= this.at; at = this.nextDue()) {
      this.#ready.add(due.first(() => true)!.id);
      due.take();
    }
    const asked = [...this.#ready, ...entries.idsWhere('poked', true)].filter((id) => this.#needsTurn(this.tables.entry(id)));
    return asked.length === 0 ? undefined : asked.reduce((first, id) => (id < first ? id : first));
  }

  #needsTurn(entry: MemoryEntry): boolean {
    if (entry.state === 'finished') return false;
    const isDue = entry.dueAt !== null && entry.dueAt <= this.at;
    if (isDue && !isAsleep(entry)) return true;
    return entry.isPoked && (isDue || this.tables.inputs.idsWhere('entry', entry.id).length > 0);
  }

  #take(id: EntryId): void {
    for (let round = 0; round < mostRounds; round += 1) {
      this.#turns += 1;
      if (this.#turns > mostTurns) throw new Error(`The story did not come to an end in ${mostTurns} turns.`);
      const world = readWorld(this.tables, this.#outside, id, this.at);
      const foreseen = foresee(world);
      const plan = foreseen === null ? null : this.#prepare(world, foreseen);
      const result = this.#turn(world, plan, null);
      if (result.kind === 'submit' ? this.#submit(id, world, plan, result) : result.kind !== 'again') return;
    }
  }

  /** True: nothing more comes in this turn. */
  #submit(id: EntryId, world: TurnWorld, plan: PreparedSend | null, { messageId, n }: TurnResult & { kind: 'submit' }): boolean {
    if (plan === null) throw new Error(`Message ${messageId} left without a plan.`);
    const outcome = this.#outside.answer(world, plan, n);
    const settled = { messageId, n, outcome, usedAddress: plan.seenAddress };
    return this.#turn(readWorld(this.tables, this.#outside, id, this.at), plan, settled).kind !== 'again';
  }

  #turn(world: TurnWorld, plan: PreparedSend | null, settled: SettledAttempt | null): TurnResult {
    const request: TurnRequest = { plan, isPlanFresh: true, settled, lane: 'send-here', mayBegin: true };
    const { effects, result } = takeTurn(world, request);
    applyEffects(this.tables, effects, this.#outside.hearing);
    return result;
  }

  #prepare(world: TurnWorld, foreseen: ForeseenSend): PreparedSend {
    const { step, pending, messageId } = foreseen;
    const { profile, cart } = world;
    const { channel } = step;
    const address = this.#reach(world, channel);
    const plan: PreparedSend = {
      step: step.id,
      visit: pending.visit,
      messageId,
      channel,
      cartUpdatedAt: cart?.updatedAt ?? null,
      seenAddress: addressOf(profile, channel),
      address,
      content: this.#content(world, foreseen, address),
      look: foreseen.asksShop ? this.#outside.lookForOrder(world) : { kind: 'not-asked' },
      text: foreseen.asksProvider ? { kind: 'absent' } : null,
    };
    this.plans.set(messageId, { plan, world });
    return plan;
  }

  #reach({ profile }: TurnWorld, channel: PreparedSend['channel']): Reach {
    const code = this.tables.told.get(profile.id)?.unreachable[channel];
    return code === undefined ? reach(profile, channel, this.#outside.texts ?? anywhere) : { kind: 'no', code };
  }

  #told({ entry, profile, at }: TurnWorld, template: string): ToldToTemplate {
    const asked = askedByTemplate(this.#outside.asks?.(template) ?? [], at);
    const look = { tables: this.tables, entryId: entry.id, profileId: profile.id, sharers: sharersOf(this.tables, profile.id) };
    return asked.length === 0 ? toldNothing : toldToTemplate(asked, knownInMemory(asked, look), at);
  }

  #content(world: TurnWorld, { step, messageId, known, repeats }: ForeseenSend, address: Reach): PlannedContent {
    const stored = repeats ? (this.tables.messages.get(messageId)?.content ?? null) : null;
    const content = knownContent(stored, address);
    if (content !== null || address.kind !== 'ok') return content ?? { kind: 'empty', problem: address.kind };
    const told = this.#told(world, step.template);
    if (told.missing !== null) return { kind: 'empty', problem: told.missing, mayCome: true };
    const links = {
      cart: 'https://shop.example/c',
      unsubscribe: 'https://shop.example/u',
      preferences: 'https://shop.example/p',
      quiz: 'https://shop.example/q',
    };
    const rendered = this.#outside.render(step.template, renderContext(world, known, links, told.shown), world);
    if (rendered.kind === 'empty') return rendered;
    const { tracking } = world.policies.engagement;
    const isFollowed =
      isTrackable(tracking, { channel: step.channel, class: world.definition.class }) && mayTrack(tracking, world.profile, world.shop);
    const version = { templateVersion: 1, contentHash: rendered.contentHash, atMostOnce: false };
    const outgoing = outgoingOf(messageId, address.address, rendered);
    return showing({ kind: 'ready', ...version, outgoing, links: isFollowed ? [] : null }, told);
  }
}

function isAsleep({ state, activity }: MemoryEntry): boolean {
  return state === 'finished' || activity === 'held';
}

function outgoingOf(messageId: MessageId, to: string, rendered: Exclude<RenderResult, { kind: 'empty' }>): Outgoing {
  if ('body' in rendered) {
    const { body, segments } = rendered;
    return { kind: rendered.kind, messageId, from: 'Shop', to, body, segments, validitySeconds: 0 };
  }
  const { subject, html, text } = rendered;
  const from = { name: 'Shop', address: 'shop@shop.example' };
  const nothing = { replyTo: null, unsubscribeUrl: null, listId: null };
  return { kind: rendered.kind, messageId, from, to: { name: null, address: to }, subject, html, text, ...nothing };
}
