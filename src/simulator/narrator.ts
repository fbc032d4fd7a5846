import { durationWords } from '../domain/duration.js';
import type { EntryId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { Shop } from '../domain/shop.js';
import { calendarZone, placesByTraits } from '../domain/zone-evidence.js';
import type { JourneyDefinition } from '../journey/definition.js';
import type { KeptCart } from '../domain/cart-book.js';
import type { Introduced } from './introduce.js';
import type { Heard } from './memory/ingest.js';
import type { Play } from './memory/play.js';
import type { MemoryEntry, MemoryMessage, Tables } from './memory/tables.js';
import type { HappeningKind, Script } from './script.js';
import type { Story, StoryEntry, StoryLine, StoryMessage, StoryMessageState } from './story.js';

/** Writes the story down as it goes on. It decides nothing. */
export class Narrator {
  readonly #tables: Tables;
  readonly #play: Play;
  readonly #people: Introduced;
  readonly #lines: StoryLine[] = [];
  #heard = 0;

  constructor(tables: Tables, play: Play, people: Introduced) {
    this.#tables = tables;
    this.#play = play;
    this.#people = people;
  }

  tell(text: string, at: Instant, step: string | null = null, kind: StoryLine['kind'] = 'event', entryId: EntryId | null = null): void {
    const entry = entryId === null ? null : this.#tables.entry(entryId);
    this.#lines.push({
      at,
      kind,
      step,
      text,
      journey: entry?.journeyId ?? null,
      person: entry === null ? null : this.#nameOf(entry.profileId),
    });
  }

  /** An event, and what matching made of it. */
  heard(what: Extract<HappeningKind, { readonly kind: 'event' }>, heard: Heard, at: Instant): void {
    const who = what.who === null ? '' : ` by ${what.who}`;
    const note = this.#noteOf(heard);
    this.tell(`${what.name ?? what.type}${who}${note === null ? '' : `: ${note}`}.`, at);
    if (heard.kind !== 'taken') return;
    for (const { result, reason, entryId } of heard.matched) {
      if (result === 'no-match' && reason === 'late-or-imported') this.tell('Too late to start anything.', at, null, 'note');
      if (result === 'not-entered') this.tell('Does not enter: the journey is paused.', at, null, 'not-entered');
      if (result === 'armed') this.#tellArmed(entryId as EntryId, at);
    }
  }

  #tellArmed(id: EntryId, at: Instant): void {
    const { dueAt, createdAt } = this.#tables.entry(id);
    if (dueAt !== null && dueAt > at) this.tell(`Waits for ${durationWords(dueAt - createdAt)} without activity.`, at, null, 'armed', id);
  }

  /** Takes over what turns have told since. */
  listen(): void {
    const { trace } = this.#tables;
    for (const { entryId, line } of trace.slice(this.#heard)) this.tell(line.text, line.at, line.step, line.kind, entryId);
    this.#heard = trace.length;
  }

  story(
    script: Script,
    { shop }: { readonly shop: Pick<Shop, 'timeZone' | 'country'>; readonly journeys: readonly JourneyDefinition[] },
  ): Story {
    const profile = this.#tables.profiles.get(this.#people.persona());
    const places = profile === undefined ? [] : placesByTraits(profile, shop, script.startAt);
    return {
      title: script.name,
      startAt: script.startAt,
      timeZone: calendarZone(places, shop.timeZone),
      lines: this.#lines,
      messages: [...this.#tables.messages.values()].flatMap((message) => this.#storyMessage(message)),
      entries: [...this.#tables.entries.values()].map((entry) => this.#storyEntry(entry)),
    };
  }

  #storyEntry({ id, journeyId, profileId, createdAt, enteredAt, outcome, outcomeReason }: MemoryEntry): StoryEntry {
    const whose = { journey: journeyId, person: this.#nameOf(profileId) };
    return { id, ...whose, armedAt: createdAt, enteredAt, outcome: outcome as StoryEntry['outcome'], reason: outcomeReason };
  }

  #storyMessage(message: MemoryMessage): readonly StoryMessage[] {
    const { id, step, channel, reason, attempts, journeyId, profileId } = message;
    if (step === null) return [];
    const seen = this.#play.plans.get(id);
    const products = seen?.world.cart?.lines.map(({ name }) => name) ?? [];
    const whose = { journey: journeyId, person: this.#nameOf(profileId) };
    const state = storyState(message);
    return [
      {
        step,
        channel,
        ...whose,
        state,
        reason: reason as StoryMessage['reason'],
        at: storyInstant(message),
        products,
        attempts: attempts.length,
      },
    ];
  }

  #nameOf(id: ProfileId): string | null {
    return [...this.#tables.identities.values()].find(({ profileId }) => profileId === id)?.value ?? null;
  }

  #noteOf(heard: Heard): string | null {
    switch (heard.kind) {
      case 'known':
        return 'came twice and counts once';
      case 'refused':
        return heard.why;
      case 'taken':
        return heard.speaksOfCart ? cartNote(heard.cartId === null ? undefined : this.#tables.carts.get(heard.cartId)) : null;
    }
  }
}

function cartNote(cart: KeptCart | undefined): string {
  if (cart === undefined) return 'concerns no open cart';
  if (cart.state === 'ordered') return 'the cart is ordered';
  if (cart.lines.length === 0) return 'the cart is empty';
  const lines = cart.lines.map(({ quantity, name }) => `${quantity} × ${name}`).join(', ');
  return `the cart holds ${lines}: ${cart.value.toFixed(2)}${cart.currency === null ? '' : ` ${cart.currency}`}`;
}

/** When it was sent, or settled otherwise; while it waits, the slot that it was promised. */
function storyInstant({ state, reason, slotAt, acceptedAt, updatedAt }: MemoryMessage): Instant {
  if (state === 'reserved' && reason !== 'paused') return slotAt;
  return acceptedAt ?? updatedAt;
}

function storyState({ state, reason }: MemoryMessage): StoryMessageState {
  switch (state) {
    case 'reserved':
      return reason === 'paused' ? 'held' : 'waiting';
    case 'accepted':
    case 'delivered':
    case 'bounced':
    case 'submitting':
      return 'sent';
    case 'skipped':
      return reason === 'provider-rejected' ? 'failed' : 'skipped';
    case 'failed':
    case 'unknown':
    case 'withheld':
    case 'released':
      return state;
  }
}
