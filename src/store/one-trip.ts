import type { RawBuilder } from 'kysely';
import type { Trx } from './db.js';
import { withNextMark } from './pool.js';
import { rawSql } from './rows.js';

/**
 * Queues a statement whose answer is not needed; it is sent with the transaction's next statement, with the commit at the latest. If it
 * fails, it fails there, and the whole transaction is rolled back as usual. If the work throws before, it is never sent.
 */
export async function sendWithNext(trx: Trx, statement: RawBuilder<unknown>): Promise<void> {
  await rawSql([withNextMark, ''], [statement]).execute(trx);
}

/**
 * Sends two statements at once; the second starts on the server after the first, with a snapshot of its own and without a round trip in
 * between: a lock, and the reads under it. When the first fails, its error is thrown.
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
