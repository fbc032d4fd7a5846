import type { CommerceEvent } from '../../domain/carts/commerce-events.js';
import type { ConsentTold } from '../../domain/consent/consent-events.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Happening } from '../../domain/events/happening.js';
import { recordKey } from '../../domain/service/service-record.js';
import { call } from './call.js';
import { commerce } from './commerce.js';
import { consent } from './consent.js';
import type { Meaning, MeaningKind, MeaningOf } from './kind.js';
import { order } from './order.js';
import { own } from './own.js';
import { quiz } from './quiz.js';
import { service } from './service.js';
import { traits } from './traits.js';
import { visit } from './visit.js';

/**
 * What events can mean, in the order in which they are read and in which journeys hear their facts. To add one: its shape in `Meaning`
 * (`kind.ts`), a file with its value, and its line here, which the compiler asks for. What it does to people, carts or orders is a
 * projection (`src/projection/projections`).
 */
export const meanings: { readonly [Kind in Meaning['kind']]: MeaningKind<MeaningOf<Kind>> } = {
  traits,
  consent,
  commerce,
  order,
  service,
  quiz,
  visit,
  call,
  own,
};

/** What has been read of an event. */
interface Read {
  readonly meanings: readonly Meaning[];
}

/** Null: it means nothing of commerce. */
export function commerceOf({ meanings }: Read): CommerceEvent | null {
  return meanings.find((one) => one.kind === 'commerce')?.event ?? null;
}

/** Null: it tells of no order. */
export function orderOf({ meanings }: Read): MeaningOf<'order'> | null {
  return meanings.find((one) => one.kind === 'order') ?? null;
}

/** The ids of the orders that these events name. */
export function ordersNamed(readings: readonly Read[]): readonly string[] {
  return [...new Set(readings.flatMap((reading) => orderOf(reading)?.orderId ?? []))].sort();
}

/** Null: it tells of no ticket, feedback or review. */
export function serviceOf({ meanings }: Read): MeaningOf<'service'> | null {
  return meanings.find((one) => one.kind === 'service') ?? null;
}

/** The keys of the tickets, feedback and reviews that these events name. */
export function recordsNamed(readings: readonly Read[]): readonly string[] {
  const told = readings.flatMap((reading) => serviceOf(reading)?.told ?? []);
  return [...new Set(told.map(({ of, id }) => recordKey({ kind: of, id })))].sort();
}

/** Acts of consent; none where it means none. */
export function consentsOf({ meanings }: Read): readonly ConsentTold[] {
  return meanings.find((one) => one.kind === 'consent')?.told ?? [];
}

export function refusesSomething(meaning: Meaning): boolean {
  return kindOf(meaning).refuses(meaning);
}

export function factsOf(meaning: Meaning, happening: Happening): readonly Fact[] {
  return kindOf(meaning).facts(meaning, happening);
}

function kindOf<One extends Meaning>(meaning: One): MeaningKind<One> {
  return meanings[meaning.kind] as unknown as MeaningKind<One>;
}
