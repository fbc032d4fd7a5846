// A process of its own that opens a database folder and writes to it, to be killed by a test. Says each thing it did on a line.
import { createViteServer } from 'vitest/node';

/** @import { Store, StoreOptions } from '../../src/store/db.js' */

const folder = process.argv[2];
const vite = await createViteServer({ configFile: false, logLevel: 'silent', server: { middlewareMode: true, watch: null, ws: false } });
/** @type {{ openStore: (options: StoreOptions) => Promise<Store> }} */
const { openStore } = await /** @type {Promise<never>} */ (vite.ssrLoadModule('/src/store/db.ts'));

const store = await openStore(folder ? { dataDir: folder } : {});
say('open');
process.stdin.on('end', () => process.exit(1)).resume();
for (let n = 1; ; n++) {
  await store.transaction(async (trx) => {
    await trx
      .insertInto('controls')
      .values({ key: `row-${n}`, value: '1', updated_at: n })
      .execute();
    await trx
      .insertInto('controls')
      .values({ key: `pair-${n}`, value: '1', updated_at: n })
      .execute();
  });
  say(`row-${n}`);
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
