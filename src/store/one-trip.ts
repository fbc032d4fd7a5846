import type { RawBuilder } from 'kysely';
import type { Trx } from './db.js';
import { withNextMark } from './pool.js';
import { rawSql } from './rows.js';

/**
 * Leaves a statement, whose answer nobody needs, to be sent with the transaction's next one, its commit at the latest. There it fails, too: all that a
 * transaction did is undone then, as ever. When the work throws instead, it is never sent.
 */
export async function sendWithNext(trx: Trx, statement: RawBuilder<unknown>): Promise<void> {
  await rawSql([withNextMark, ''], [statement]).execute(trx);
}

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
