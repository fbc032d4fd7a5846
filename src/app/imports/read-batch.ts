import type { ToldProduct } from '../../domain/catalogue/product.js';
import { consentsTrait } from '../../domain/consent/consent-events.js';
import type { IncomingEvent } from '../../domain/events/incoming.js';
import { ourselves } from '../../domain/keys/speaker.js';
import { isRecord } from '../../domain/values/is-record.js';
import { keptPayload } from '../../domain/values/kept-payload.js';
import { readEvent } from '../../projection/read-event.js';
import type { BoundMapping } from '../../sources/file/mapping.js';
import { draftId, readGroup } from '../../sources/file/read-group.js';
import type { AddressRefusal, EventDraft, FileFacts, RowSaid } from '../../sources/file/said.js';
import { files } from '../../sources/file/source.js';
import { readOne } from '../../sources/kit/read-one.js';
import { letterSource } from '../../sources/letter-source.js';
import type { Fields } from '../../sources/source.js';
import type { DeadLetter } from '../../store/dead-letters.js';
import type { AppDeps } from '../deps.js';
import type { IngestDeps } from '../ingest/ingest-events.js';
import { type PeopleNamed, readPeopleNamed, type Whose } from './whose.js';

/** A line of a file, or lines that stand together. */
export interface Group {
  /** Of the first of them, counted from 1 as an editor does. */
  readonly line: number;
  readonly rows: readonly Fields[];
  /** What is wrong with it already, as the reader of the file says. */
  readonly fault: { readonly reason: string; readonly detail: string } | null;
}

/** Something wrong with a line: a code, and a sentence that names the column and how to mend it, never a value. */
export interface LineFault {
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

/** What lines come to, before anything is written. */
export interface BatchReading {
  readonly events: readonly IncomingEvent[];
  readonly products: readonly ToldProduct[];
  readonly refusals: readonly AddressRefusal[];
  readonly letters: readonly DeadLetter[];
  readonly faults: readonly LineFault[];
  readonly taken: number;
  readonly silent: Readonly<Record<string, number>>;
}

/** A file as it is read. */
export interface FileRead extends FileFacts {
  readonly mapping: BoundMapping;
  readonly triggers: boolean;
}

/** Reads lines: what each tells, whose it is, and what is wrong with it. Writes nothing. */
export async function readBatch(
  deps: IngestDeps & Pick<AppDeps, 'secret'>,
  file: FileRead,
  groups: readonly Group[],
): Promise<BatchReading> {
  const said = groups.map((group) => ({ group, said: sayOf(group, file) }));
  const people = await readPeopleNamed(
    deps,
    said.flatMap(({ said: one }) => (one.kind === 'said' ? [one.who] : [])),
  );
  const reading = new Reading(deps, file, people);
  for (const one of said) reading.take(one.group, one.said);
  return reading;
}

function sayOf({ rows, fault }: Group, file: FileRead): RowSaid {
  return fault === null ? readGroup(rows, file.mapping, file) : { kind: 'faulty', ...fault };
}

class Reading implements BatchReading {
  readonly events: IncomingEvent[] = [];
  readonly products: ToldProduct[] = [];
  readonly refusals: AddressRefusal[] = [];
  readonly letters: DeadLetter[] = [];
  readonly faults: LineFault[] = [];
  readonly silent: Record<string, number> = {};
  taken = 0;
  readonly #deps: IngestDeps;
  readonly #file: FileRead;
  readonly #people: PeopleNamed;

  constructor(deps: IngestDeps, file: FileRead, people: PeopleNamed) {
    this.#deps = deps;
    this.#file = file;
    this.#people = people;
  }

  take(group: Group, said: RowSaid): void {
    switch (said.kind) {
      case 'faulty':
        return this.#refuse(group, said);
      case 'silent':
        return this.#leaveOut(said.reason);
      case 'said':
        return this.#hear(group, said);
    }
  }

  /** A no about an address holds, whatever else is wrong with the line. */
  #hear(group: Group, said: Extract<RowSaid, { kind: 'said' }>): void {
    this.refusals.push(...said.refusals);
    if (said.events.length === 0) {
      this.products.push(...said.products);
      this.taken += 1;
      return;
    }
    const whose = this.#people.whose(said.who);
    if (whose.kind === 'erased') return this.#leaveOut('erased');
    if (whose.kind === 'several') return this.#refuse(group, severalPeople);
    const read = said.events.map((draft) => this.#eventOf(group, said, draft, whose));
    const wrong = read.find((one) => one.kind === 'refused');
    if (wrong?.kind === 'refused') return this.#refuse(group, wrong);
    this.events.push(...read.flatMap((one) => (one.kind === 'event' ? [one.incoming] : [])));
    if (read.some((one) => one.kind === 'left-out')) this.#leaveOut('yes-after-a-no');
    else this.taken += 1;
  }

  #eventOf(
    { line }: Group,
    { who }: Extract<RowSaid, { kind: 'said' }>,
    draft: EventDraft,
    { userId, anonymousId, profileId }: Extract<Whose, { kind: 'known' | 'new' }>,
  ) {
    const heard = this.#withoutStaleYes(draft, profileId);
    if (heard === null) return { kind: 'left-out' } as const;
    const { at, ...content } = heard;
    const { file, asOf, triggers } = this.#file;
    const raw = {
      ...content,
      userId,
      anonymousId,
      timestamp: new Date(at ?? asOf).toISOString(),
      messageId: draftId(who, draft),
      file,
      line,
    };
    const delivery = {
      origin: triggers ? ('live' as const) : ('import' as const),
      receivedAt: this.#deps.clock.now(),
      rate: this.#deps.clock.rate,
      placeholderIds: this.#deps.placeholderIds,
      speakerOf: () => ({ speaker: ourselves, note: null }),
    };
    const reading = readOne(files, raw, delivery);
    if (reading.kind === 'rejected') return { kind: 'refused', reason: reading.rejected.reason, detail: reading.rejected.detail } as const;
    const understood = readEvent(this.#deps, reading.incoming);
    if (understood.kind === 'refused')
      return { kind: 'refused', reason: understood.rejected.reason, detail: understood.rejected.detail } as const;
    return { kind: 'event', incoming: reading.incoming } as const;
  }

  /** A yes from elsewhere never counts over a no that the person gave to us, with whichever date. Null: nothing of the event remains. */
  #withoutStaleYes(draft: EventDraft, profileId: string | null): EventDraft | null {
    if (profileId === null) return draft;
    const isStale = (act: Fields) => this.#people.hasRefused(profileId, String(act['channel']), String(act['topic']));
    if (draft.event === 'Consent Granted') return isStale(draft.properties) ? null : draft;
    const acts = draft.traits[consentsTrait];
    if (!Array.isArray(acts)) return draft;
    const kept = (acts as readonly unknown[]).filter((act) => !isRecord(act) || act['state'] !== 'granted' || !isStale(act));
    return { ...draft, traits: { ...draft.traits, [consentsTrait]: kept } };
  }

  #leaveOut(reason: string): void {
    this.silent[reason] = (this.silent[reason] ?? 0) + 1;
  }

  #refuse({ line, rows }: Group, { reason, detail }: { readonly reason: string; readonly detail: string }): void {
    const { file, triggers, mapping } = this.#file;
    this.faults.push({ line, reason, detail });
    this.letters.push({
      id: this.#deps.newId(),
      source: letterSource(files.id, triggers ? 'live' : 'import'),
      reason,
      detail: `${file}, line ${line}: ${detail}`.slice(0, 2000),
      payload: keptPayload({ import: mapping.kind, file, line, rows }),
      receivedAt: this.#deps.clock.now(),
      speaker: ourselves,
    });
  }
}

const severalPeople = {
  reason: 'several-people',
  detail: 'several people of the shop have this address, so nobody can say who is meant. Add a column with the user id.',
};
