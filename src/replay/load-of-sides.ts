import type { Instant } from '../domain/instant.js';
import { type LoadMap, loadMap, type ToldMessage } from '../domain/load.js';
import type { Moment } from './moments.js';
import type { Recorded, RecordedMessage } from './recorded.js';

/** The map of load of both sides of a replay: a message a row, until there are too many to be held. */
export class LoadOfSides {
  readonly #people = new Set<string>();
  readonly #live: ToldMessage[] = [];
  readonly #draft: ToldMessage[] = [];

  add({ people, messages }: Recorded, live: readonly Moment[], draft: readonly Moment[]): void {
    for (const id of people) this.#people.add(id);
    if (this.#isFull()) return;
    const taken = toldOfRecorded(messages);
    this.#live.push(...taken, ...toldOfMoments(live));
    this.#draft.push(...taken, ...toldOfMoments(draft));
  }

  /** Null: there were too many. */
  map(range: { readonly from: Instant; readonly to: Instant }): { readonly live: LoadMap; readonly draft: LoadMap } | null {
    if (this.#isFull()) return null;
    const question = { ...range, people: this.#people };
    return { live: loadMap(this.#live, question), draft: loadMap(this.#draft, question) };
  }

  #isFull(): boolean {
    return this.#live.length > mostToldMessages;
  }
}

const mostToldMessages = 300_000;

/** What a side of a replay tells of messages, for the map of load. */
function toldOfMoments(moments: readonly Moment[]): readonly ToldMessage[] {
  return moments.flatMap(({ profileId, at, journey, what, message, reason, by }): readonly ToldMessage[] => {
    if (message === null) return [];
    const told = { person: profileId, at, sender: journey, message };
    if (what === 'sent') return [{ ...told, kind: what }];
    if (what === 'displaced') return [{ ...told, kind: what, by }];
    return what === 'deferred' || what === 'skipped' ? [{ ...told, kind: what, reason: reason ?? '', by }] : [];
  });
}

/** Messages that really went out, on both sides. */
function toldOfRecorded(messages: readonly RecordedMessage[]): readonly ToldMessage[] {
  return messages.map(({ profileId, at, journeyId, id }) => ({
    kind: 'sent',
    person: profileId,
    at,
    sender: journeyId ?? '',
    message: id,
  }));
}
