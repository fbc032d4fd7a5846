import { takeTurn } from '../../src/app/turn/take-turn.js';
import { hour } from '../../src/domain/time/instant.js';
import type { JourneyDefinition } from '../../src/journey/definition.js';
import type { Store } from '../../src/store/db.js';
import { opset } from '../../workflows/contract.js';
import { identify, noon, track } from './shop-events.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from './turns.js';

/** Ada, known and consenting, filled the cart `c1` at noon. */
export async function abandonedCart(store: Store, journey: JourneyDefinition = cartJourney()): Promise<TurnDeps> {
  const deps = turnDeps(store);
  await publish(store, journey);
  await take(
    deps,
    identify({ email: 'Ada@Example.test', phone: '+447700900123', firstName: 'Ada' }),
    track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
    track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
    track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
  );
  deps.clock.set(noon + hour);
  return deps;
}

/** As above, and an hour later the first reminder has left. */
export async function reminded(
  store: Store,
  journey?: JourneyDefinition,
): Promise<{ readonly deps: TurnDeps; readonly messageId: string; readonly entryId: string; readonly profileId: string }> {
  const deps = await abandonedCart(store, journey);
  const { id: entryId, profile_id: profileId } = await store.db
    .selectFrom('entries')
    .select(['id', 'profile_id'])
    .executeTakeFirstOrThrow();
  await turn(deps, entryId);
  const { id: messageId } = await store.db.selectFrom('messages').select('id').executeTakeFirstOrThrow();
  return { deps, messageId, entryId, profileId };
}

export function turn(deps: TurnDeps, entryId: string) {
  return takeTurn(deps, { v: 1, entryId, opset }, 'inline');
}
