import type { Receiver } from '../../domain/calls/call.js';
import { receiverKey } from '../../domain/calls/signature.js';
import { day } from '../../domain/time/instant.js';
import { type CallRecord, forgetCalls, listCalls, retryCalls } from '../../store/calls.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

/** Settled calls are kept so long, for people who look for it. */
const keptMs = 90 * day;
const forgottenAtOnce = 5_000;

/** Calls by state, receiver and person, the newest first; what they tell is left out. */
export function showCalls({ store }: Deps, filter: Parameters<typeof listCalls>[1], request: PageRequest): Promise<Page<CallRecord>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listCalls(store.db, filter, { limit, after }),
    ({ createdAt, id }) => [createdAt, id],
  );
}

/** Tries again what was given up: one call, or all of a receiver. */
export function retryGivenUp({ store }: Deps, of: Parameters<typeof retryCalls>[1]): Promise<number> {
  return retryCalls(store.db, of);
}

/** A receiver of `shop.yaml`, without where a program's calls go beyond its host. */
export interface ShownReceiver {
  readonly name: string;
  readonly kind: Receiver['kind'];
  readonly goesTo: string;
}

export function showReceivers({ shop }: Pick<AppDeps, 'shop'>): readonly ShownReceiver[] {
  return Object.entries(shop.receivers ?? {})
    .map(([name, one]) => ({ name, kind: one.kind, goesTo: one.kind === 'webhook' ? new URL(one.url).host : one.address }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The key with which a receiver checks that a call is ours. Null: `shop.yaml` names none of this name that is a program. */
export function showReceiverKey({ shop, secret }: Pick<AppDeps, 'shop' | 'secret'>, name: string): string | null {
  const { receivers = {} } = shop;
  return Object.hasOwn(receivers, name) && receivers[name]?.kind === 'webhook' ? receiverKey(secret, name) : null;
}

/** Settled calls past their time are deleted. */
export async function forgetOldCalls({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<void> {
  await forgetCalls(store.db, clock.now() - keptMs, forgottenAtOnce);
}
