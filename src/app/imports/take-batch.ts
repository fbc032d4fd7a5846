import { suppressionKey, unsubscribeKey } from '../../domain/consent/suppression.js';
import type { IncomingEvent } from '../../domain/events/incoming.js';
import { normaliseAddress } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import { type BoundMapping, bindMapping, mappingSchema } from '../../sources/file/mapping.js';
import type { AddressRefusal } from '../../sources/file/said.js';
import { writeDeadLetters } from '../../store/dead-letters.js';
import { advanceImport, type ImportRecord, readImport } from '../../store/imports.js';
import { insertSuppression } from '../../store/suppressions.js';
import { keepUnsubscribed } from '../../store/unsubscribes.js';
import { writeTogether } from '../../store/write-together.js';
import { tellProducts } from '../catalogue/tell-products.js';
import type { AppDeps } from '../deps.js';
import { type IngestDeps, ingestEvents } from '../ingest/ingest-events.js';
import { type FileRead, type Group, type LineFault, readBatch } from './read-batch.js';
import type { ImportWanted } from './start-import.js';

type Deps = IngestDeps & Pick<AppDeps, 'secret'>;

export type TakeBatchResult =
  | { readonly kind: 'taken'; readonly record: ImportRecord; readonly faults: readonly LineFault[] }
  /** It does not follow on what was taken: the caller goes on at the record's position. */
  | { readonly kind: 'elsewhere'; readonly record: ImportRecord }
  | { readonly kind: 'unknown' };

/**
 * Takes the lines that follow on the position of an import. Each thing in them is known again by what it says, so that lines that come
 * twice, because somebody was killed in between, do nothing twice. Position, counts and dead letters are one transaction, at the end.
 */
export async function takeBatch(
  deps: Deps,
  id: string,
  batch: { readonly from: number; readonly groups: readonly Group[]; readonly isLast: boolean },
): Promise<TakeBatchResult> {
  const record = await readImport(deps.store.db, id);
  if (record === null) return { kind: 'unknown' };
  if (record.position !== batch.from || record.finishedAt !== null) return { kind: 'elsewhere', record };
  const reading = await readBatch(deps, fileOf(deps, record), batch.groups);
  await refuseAddresses(deps, datedBy(reading.refusals, record.asOf, deps.clock.now()));
  await Promise.all(lanesOf(reading.events).map((events) => ingestEvents(deps, events, [])));
  if (reading.products.length > 0) await tellProducts(deps, reading.products);
  const { taken, silent, letters, faults } = reading;
  const to = batch.from + batch.groups.length;
  const at = deps.clock.now();
  await deps.store.transaction(async (trx) => {
    const step = { from: batch.from, to, taken, faulty: faults.length, silent, at, isLast: batch.isLast };
    if (await advanceImport(trx, id, step)) await writeTogether(trx, { letters: writeDeadLetters(letters) });
  });
  const now = await readImport(deps.store.db, id);
  return now === null ? { kind: 'unknown' } : { kind: 'taken', record: now, faults };
}

/** So many transactions at once: one is worked out while the store writes the other. */
const lanes = 2;

/** Parted so that all events of a person are in one lane, in the order of the file: lanes never wait for each other's people. */
function lanesOf(events: readonly IncomingEvent[]): readonly (readonly IncomingEvent[])[] {
  const parted: IncomingEvent[][] = Array.from({ length: lanes }, () => []);
  for (const one of events) {
    const { userId, anonymousId } = one.event;
    parted[laneOf(userId ?? anonymousId ?? '')]?.push(one);
  }
  return parted.filter((lane) => lane.length > 0);
}

function laneOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at += 1) sum = (sum * 31 + id.charCodeAt(at)) % 1_000_003;
  return sum % lanes;
}

function fileOf({ shop }: Pick<AppDeps, 'shop'>, { mapping, header, file, asOf, triggers }: ImportRecord): FileRead {
  const binding = bindMapping(mappingSchema.parse(mapping), header, shop);
  if (binding.kind === 'unfit') throw new Error('The mapping of an import fitted its headings when it began, and does not now.');
  return { mapping: binding.mapping, file, asOf, triggers };
}

export type CheckBatchResult =
  | {
      readonly kind: 'checked';
      readonly taken: number;
      readonly silent: Readonly<Record<string, number>>;
      readonly faults: readonly LineFault[];
      readonly mapping: BoundMapping;
    }
  | { readonly kind: 'unfit'; readonly problems: readonly string[] };

/** What these lines would come to. Writes nothing. */
export async function checkBatch(
  deps: Deps,
  { mapping, header, file, asOf, triggers }: Omit<ImportWanted, 'digest'>,
  groups: readonly Group[],
): Promise<CheckBatchResult> {
  const binding = bindMapping(mapping, header, deps.shop);
  if (binding.kind === 'unfit') return binding;
  const { taken, silent, faults } = await readBatch(deps, { mapping: binding.mapping, file, asOf, triggers }, groups);
  return { kind: 'checked', taken, silent, faults, mapping: binding.mapping };
}

type DatedRefusal = AddressRefusal & { readonly at: Instant };

/** None lies ahead: it would count over a yes that the person gives until then. */
function datedBy(refusals: readonly AddressRefusal[], asOf: Instant, now: Instant): readonly DatedRefusal[] {
  return refusals.map((refusal) => ({ ...refusal, at: Math.min(refusal.at ?? asOf, now) }));
}

/** Before anything else of these lines: what refuses may come too early, never too late. */
async function refuseAddresses({ store, secret }: Pick<AppDeps, 'store' | 'secret'>, refusals: readonly DatedRefusal[]): Promise<void> {
  if (refusals.length === 0) return;
  await store.transaction(async (trx) => {
    const byInstant = new Map<Instant, DatedRefusal[]>();
    for (const refusal of refusals.filter(({ reason }) => reason === 'unsubscribed'))
      byInstant.set(refusal.at, [...(byInstant.get(refusal.at) ?? []), refusal]);
    for (const [at, some] of byInstant) {
      const keys = new Map(
        some.flatMap(({ channel, address }) => unsubscribeKey(secret, channel, address) ?? []).map((key) => [key.hash, key]),
      );
      await keepUnsubscribed(trx, [...keys.values()], 'import', at);
    }
    for (const { channel, address, reason, at } of refusals) {
      const normalised = normaliseAddress(channel, address);
      if (reason === 'unsubscribed' || normalised === null) continue;
      await insertSuppression(trx, { ...suppressionKey(secret, channel, normalised), reason, detail: 'import', at });
    }
  });
}
