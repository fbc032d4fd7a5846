import type { RawBuilder } from 'kysely';
import type { Trx } from './db.js';

/**
 * Sends two statements at once; the second begins on the server when the first is done, with a snapshot of its own, and no round trip lies between:
 * a lock, and what is read under it. When the first fails, its error is thrown.
 */
export async function inOneTrip<First, Second>(
  trx: Trx,
  first: RawBuilder<First>,
  second: RawBuilder<Second>,
): Promise<readonly [readonly First[], readonly Second[]]> {
  return trx.getExecutor().provideConnection(async (connection) => {
    const answers = await Promise.all([
      connection.executeQuery<First>(first.compile(trx)),
      connection.executeQuery<Second>(second.compile(trx)),
    ]);
    return [answers[0].rows, answers[1].rows];
  });
}
