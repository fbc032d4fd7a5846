import type { KeptCart } from '../domain/carts/cart-book.js';
import { totalsByCurrency } from '../domain/carts/cart-totals.js';
import { calendarZone, placesByTraits } from '../domain/places/zone-evidence.js';
import type { Shop } from '../domain/shop/shop.js';
import { durationWords } from '../domain/time/duration.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import type { TraceLine } from '../journey/entry.js';
import type { Introduced } from './introduce.js';
import type { Heard } from './memory/ingest.js';
import type { Play } from './memory/play.js';
import type { Tables } from './memory/tables.js';
import type { HappeningKind, Script } from './script.js';
import type { Story, StoryLine, StorySlot } from './story.js';
import { saysOf, storyEntry, storyMessage } from './story-rows.js';
import { senderOf, toldMessages } from './told.js';
import { idleSentence, whyNotBegun } from './why-not-begun.js';

/** Whom and what a line is about. */
interface Subject {
  readonly step?: string | null;
  readonly kind?: StoryLine['kind'];
  readonly entry?: EntryId;
  readonly person?: ProfileId;
}

/** How the simulation ended. */
interface Ending extends Pick<Story, 'cut'> {
  readonly shop: Pick<Shop, 'timeZone' | 'country'>;
  readonly until: Instant | null;
}

/** Writes the story down as it goes on. It decides nothing. */
export class Narrator {
  readonly #tables: Tables;
  readonly #play: Play;
  readonly #people: Introduced;
  readonly #lines: StoryLine[] = [];
  readonly #slots: StorySlot[] = [];
  readonly #names = new Set<string>();
  #heard = 0;
  readonly #tellsContent: boolean;
  #judged = 0;
  #told: number;

  /** `tellsContent`: whether templates are rendered. */
  constructor(tables: Tables, play: Play, { people, tellsContent }: { readonly people: Introduced; readonly tellsContent: boolean }) {
    this.#tellsContent = tellsContent;
    this.#tables = tables;
    this.#play = play;
    this.#people = people;
    this.#told = tables.facts.last;
  }

  tell(text: string, at: Instant, { step = null, kind = 'event', entry: entryId, person }: Subject = {}): void {
    const entry = entryId === undefined ? null : this.#tables.entry(entryId);
    const of = entry?.profileId ?? person ?? null;
    this.#lines.push({ at, kind, step, text, journey: entry?.journeyId ?? null, person: of === null ? null : this.#nameOf(of) });
  }

  /** An event, and what matching made of it. */
  heard(what: Extract<HappeningKind, { readonly kind: 'event' }>, heard: Heard, at: Instant): void {
    const who = what.who === null ? '' : ` by ${what.who}`;
    const note = this.#noteOf(heard);
    this.tell(`${what.name ?? what.type}${who}${note === null ? '' : `: ${note}`}.`, at);
    if (heard.kind !== 'taken') return;
    if (what.name !== null) this.#names.add(what.name);
    for (const { result, reason, entryId, journeyId } of heard.matched) {
      if (result === 'no-match' && reason === 'late-or-imported') this.tell('Too late to start anything.', at, { kind: 'note' });
      if (result === 'not-entered') this.tell('Does not enter: the journey is paused.', at, { kind: 'not-entered' });
      if (result === 'armed') this.#tellArmed(entryId as EntryId, at);
      const definition = journeyId === null ? undefined : this.#tables.journeys.get(journeyId)?.definition;
      const refusal = result === 'no-match' && definition !== undefined ? whyNotBegun(definition, reason) : null;
      if (refusal !== null) this.tell(refusal, at, { kind: 'not-entered' });
    }
  }

  #tellArmed(id: EntryId, at: Instant): void {
    const { dueAt, createdAt } = this.#tables.entry(id);
    if (dueAt !== null && dueAt > at)
      this.tell(`Waits for ${durationWords(dueAt - createdAt)} without activity.`, at, { kind: 'armed', entry: id });
  }

  /** Takes over what turns have told since. */
  listen(): void {
    const { trace, verdicts, facts } = this.#tables;
    for (; this.#told < facts.last; this.#told += 1) this.#tellPlace(this.#told + 1);
    for (; this.#judged < verdicts.last; this.#judged += 1) this.#noteSlot(this.#judged + 1);
    for (; this.#heard < trace.length; this.#heard += 1) {
      const { entryId, line } = trace[this.#heard]!;
      this.tell(this.#named(line.text), line.at, { step: line.step, kind: line.kind, entry: entryId });
      if (line.kind === 'submitted' && this.#tellsContent) this.#tellContent(entryId, line);
    }
  }

  /** Somebody came into a segment, or left one. */
  #tellPlace(seq: number): void {
    const { name, properties, profileId, at } = this.#tables.facts.get(seq) ?? {};
    if (at === undefined || profileId === undefined || (name !== 'segment.entered' && name !== 'segment.left')) return;
    const deed = name === 'segment.entered' ? 'comes into' : 'leaves';
    this.tell(`${this.#nameOf(profileId)} ${deed} the segment ${String(properties?.['segment'])}.`, at, { person: profileId });
  }

  /** The words of what left. */
  #tellContent(entry: EntryId, { at, step }: TraceLine): void {
    const message = this.#tables.messages.where('entry', entry).findLast((one) => one.step === step);
    const says = message === undefined ? null : saysOf(this.#play.plans.get(message.id)?.plan);
    if (says !== null) this.tell(`It says “${says}”.`, at, { step, kind: 'note', entry });
  }

  /** Both stories say which message took which slot: the loser's by its verdict, the winner's here. */
  #noteSlot(seq: number): void {
    const { verdict, messageId, at } = this.#tables.verdicts.get(seq) ?? {};
    if (verdict?.kind !== 'release' || messageId === undefined || at === undefined) return;
    const loser = this.#tables.messages.get(messageId);
    const winner = this.#tables.messages.get(verdict.detail.winner as typeof messageId);
    if (loser === undefined || winner === undefined) return;
    const of = { journey: senderOf(loser), step: loser.step ?? '' };
    this.#slots.push({
      at,
      person: this.#nameOf(winner.profileId),
      winner: { journey: senderOf(winner), step: winner.step ?? '' },
      loser: of,
    });
    const entry = winner.entryId === null ? {} : { entry: winner.entryId };
    this.tell(`Takes the slot that was promised to ${of.journey}/${of.step}.`, at, { step: winner.step, kind: 'note', ...entry });
  }

  /** Sentences name messages by their ids; a story names them by journey and step. */
  #named(text: string): string {
    return text.replace(/\b[a-z2-7]{32}\b/g, (id) => {
      const message = this.#tables.messages.get(id as Parameters<Tables['messages']['get']>[0]);
      return message === undefined ? id : `${senderOf(message)}/${message.step ?? ''}`;
    });
  }

  story(script: Script, { shop, until, cut }: Ending): Story {
    const tables = this.#tables;
    const profile = tables.profiles.get(this.#people.persona());
    const places = profile === undefined ? [] : placesByTraits(profile, shop, script.startAt);
    const nameOf = (id: ProfileId): string => this.#nameOf(id) ?? id;
    return {
      title: script.name,
      startAt: script.startAt,
      until: until ?? Math.max(script.startAt, ...this.#lines.slice(-1).map(({ at }) => at)),
      timeZone: calendarZone(places, shop.timeZone),
      cut,
      people: [...tables.profiles.keys()].map(nameOf),
      idle: [...tables.journeys.values()]
        .filter(({ id, isInternal }) => isInternal !== true && ![...tables.entries.values()].some(({ journeyId }) => journeyId === id))
        .map(({ definition }) => idleSentence(definition, [...this.#names])),
      lines: this.#lines,
      messages: [...tables.messages.values()].flatMap((message) =>
        message.step === null ? [] : [storyMessage(message, this.#play.plans.get(message.id), nameOf)],
      ),
      entries: [...tables.entries.values()].map((entry) => storyEntry(entry, nameOf)),
      slots: this.#slots,
      told: toldMessages(tables, nameOf).filter(({ at }) => at >= script.startAt),
    };
  }

  #nameOf(id: ProfileId): string | null {
    return this.#tables.identities.where('profile', id)[0]?.value ?? null;
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
  return `the cart holds ${lines}: ${
    totalsByCurrency(cart.lines)
      .map(({ currency, value }) => `${value.toFixed(2)}${currency === null ? '' : ` ${currency}`}`)
      .join(' and ') || '0.00'
  }`;
}
