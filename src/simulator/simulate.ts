import type { Channel } from '../domain/channel.js';
import type { ShopEvent } from '../domain/event.js';
import { day, type Instant } from '../domain/instant.js';
import type { Policies } from '../domain/policy/policies.js';
import type { RenderResult } from '../domain/rendering.js';
import { secretsOf } from '../domain/secrets.js';
import type { Shop } from '../domain/shop.js';
import type { JourneyDefinition } from '../journey/definition.js';
import { askToLeave, pause, receive, resume } from './memory/deeds.js';
import { suppressAddress } from './memory/effects.js';
import { type Heard, hear } from './memory/ingest.js';
import { type Outside, Play } from './memory/play.js';
import { Tables } from './memory/tables.js';
import { describeHappening } from './happening-words.js';
import { introduce, type Introduced } from './introduce.js';
import { Narrator } from './narrator.js';
import { answerOf } from './scripted-answer.js';
import type { HappeningKind, Script } from './script.js';
import type { Story } from './story.js';

export interface SimulationOptions {
  readonly definition: JourneyDefinition;
  /** Further journeys that run beside it. */
  readonly others?: readonly JourneyDefinition[];
  readonly script: Script;
  readonly shop: Pick<Shop, 'timeZone' | 'country'> & Partial<Pick<Shop, 'currency'>>;
  readonly policies: Policies;
  /** What templates say. Absent: something, unless the journey is about a cart without lines. */
  readonly render?: Outside['render'];
  /** When to stop looking; 60 days after the start unless said. */
  readonly until?: Instant;
}

/**
 * Plays journeys on a virtual clock and tells what happened: the turns, the matching and the folding of events that run for real, in a world in memory. The same
 * input gives the same story.
 */
export function simulate(options: SimulationOptions): Story {
  return new Simulation(options).run();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #tables = new Tables();
  readonly #play: Play;
  readonly #narrator: Narrator;
  readonly #policies: Policies;
  readonly #people: Introduced;
  #look: { readonly kind: 'none' | 'failed' } | { readonly kind: 'found'; readonly orderedAt: Instant } = { kind: 'none' };
  #ids = 0;
  #events = 0;

  constructor(options: SimulationOptions) {
    const { script, definition, others = [], shop } = options;
    this.#options = options;
    // Ids are invented here, so a spread by them would tell nothing.
    this.#policies = { ...options.policies, quietHours: { ...options.policies.quietHours, openingJitterMs: 0 } };
    for (const one of [definition, ...others])
      this.#tables.journeys.set(one.id, { id: one.id, version: 1, state: 'active', pausedAt: null, definition: one });
    this.#people = introduce(this.#tables, script, () => this.#newId());
    this.#play = new Play(
      this.#tables,
      {
        policies: this.#policies,
        shop: { currency: 'EUR', texts: { countries: [], perHour: Number.MAX_SAFE_INTEGER }, ...shop },
        secret: secretsOf('simulation'),
        render: options.render ?? plainContent,
        answer: ({ entry }, { step }, n) => answerOf(script.answers[`${entry.journeyId}/${step}`] ?? script.answers[step], n),
        lookForOrder: ({ entry }) =>
          this.#look.kind === 'failed'
            ? { kind: 'failed', code: 'unreachable' }
            : this.#look.kind === 'found' && this.#look.orderedAt >= entry.createdAt
              ? this.#look
              : { kind: 'none' },
      },
      script.startAt,
    );
    this.#narrator = new Narrator(this.#tables, this.#play, this.#people);
  }

  run(): Story {
    const { script, until = script.startAt + 60 * day } = this.#options;
    const happenings = script.happenings
      .map((happening, order) => ({ ...happening, order }))
      .sort((a, b) => a.at - b.at || a.order - b.order);
    for (;;) {
      const [next] = happenings;
      const due = this.#play.nextDue();
      const isHappening = next !== undefined && (due === null || next.at <= due);
      const at = isHappening ? next.at : due;
      if (at === null || at > until) break;
      this.#play.at = Math.max(this.#play.at, at);
      if (isHappening) {
        happenings.shift();
        this.#happen(next.what);
      }
      this.#settle();
    }
    return this.#narrator.story(script, {
      shop: this.#options.shop,
      journeys: [this.#options.definition, ...(this.#options.others ?? [])],
    });
  }

  #settle(): void {
    this.#play.settle();
    this.#narrator.listen();
  }

  #happen(what: HappeningKind): void {
    const { at } = this.#play;
    switch (what.kind) {
      case 'event':
        return this.#narrator.heard(what, this.#hear(what), at);
      case 'receipt':
        return this.#receive(what);
      case 'pause':
        this.#narrator.tell(describeHappening(what), at);
        return this.#scopes(what.scope).forEach((scope) => pause(this.#tables, scope, at));
      case 'resume':
        this.#narrator.tell(describeHappening(what), at);
        return this.#scopes(what.scope).forEach((scope) => resume(this.#tables, scope, at));
      case 'suppress':
        this.#narrator.tell(describeHappening(what), at);
        return suppressAddress(this.#tables, what.channel, this.#addressOf(what.channel), what.reason);
      case 'order-lookup':
        this.#look = what.answer === 'found' ? { kind: 'found', orderedAt: at } : { kind: what.answer };
        return this.#narrator.tell(describeHappening(what), at);
      case 'exit':
        this.#narrator.tell(describeHappening(what), at);
        for (const { id, profileId } of this.#tables.entries.values())
          if (profileId === this.#people.persona()) askToLeave(this.#tables, id, what.reason, at);
    }
  }

  #hear(what: Extract<HappeningKind, { readonly kind: 'event' }>): Heard {
    this.#events += 1;
    const isIdentify = what.type === 'identify';
    const event: ShopEvent = {
      messageId: what.messageId ?? `event-${this.#events}`,
      type: what.type,
      name: what.name,
      ...this.#people.ids(what),
      previousId: null,
      properties: isIdentify ? {} : what.properties,
      traits: isIdentify ? what.properties : {},
      occurredAt: what.happenedAt,
      receivedAt: this.#play.at,
      origin: 'live',
    };
    return hear(
      this.#tables,
      {
        policies: { current: () => this.#policies },
        secret: secretsOf('simulation'),
        shop: { hosts: [], country: this.#options.shop.country },
        newId: () => this.#newId(),
      },
      event,
    );
  }

  #receive(what: Extract<HappeningKind, { readonly kind: 'receipt' }>): void {
    const { at } = this.#play;
    const message = [...this.#tables.messages.values()].findLast(({ step }) => step === what.step);
    this.#narrator.tell(describeHappening(what, message?.channel ?? null), at, what.step);
    if (message === undefined) return;
    const { status } = what;
    const reason = suppressedBy[status];
    const profile = this.#tables.profiles.get(message.profileId);
    if (reason !== undefined && profile !== undefined)
      suppressAddress(this.#tables, message.channel, message.channel === 'email' ? profile.email : profile.phone, reason);
    receive(this.#tables, { newId: () => this.#newId() }, message.id, receiptWords[status] ?? status, at);
  }

  #scopes(scope: 'all' | Channel | 'journey') {
    return scope === 'journey' ? [...this.#tables.journeys.keys()].map((journey) => ({ journey })) : [scope];
  }

  #addressOf(channel: Channel): string | null {
    const profile = this.#tables.profiles.get(this.#people.persona());
    return (channel === 'email' ? profile?.email : profile?.phone) ?? null;
  }

  #newId(): string {
    this.#ids += 1;
    return `id-${String(this.#ids).padStart(6, '0')}`;
  }
}

/** As a template would say it that names what is in the cart. */
const plainContent: Outside['render'] = (_template, context, { definition }): RenderResult => {
  if (definition.entry.key.kind === 'cart' && (context.cart?.lines.length ?? 0) === 0)
    return { kind: 'empty', problem: 'the cart has no lines' };
  return { kind: 'email', subject: 'A message', html: '', text: '', locale: 'en', contentHash: 'plain' };
};

const suppressedBy: Readonly<Partial<Record<string, string>>> = {
  bounced: 'bounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
};

/** What scenarios call by another name than receipts do. */
const receiptWords: Readonly<Partial<Record<string, string>>> = { bounced: 'bounce-hard' };
