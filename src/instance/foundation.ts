import { join, resolve } from 'node:path';
import type { Log } from '../app/deps.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Clock } from '../domain/time/clock.js';
import { loadShop } from '../project/shop.js';
import { openTemplateFolder, type TemplateFolder } from '../render/load.js';
import { type Config, type Role, rolesOf } from '../settings/config.js';
import { openStore, type Store } from '../store/db.js';
import { openDataFolder } from './data-folder.js';
import { openSecrets } from './instance-secrets.js';
import { startServiceClock } from './service-clock.js';
import { blaming } from './start-fault.js';
import type { Stops } from './stops.js';
import { startTemporal, type Temporal } from './temporal-part.js';

/** What everything else of an instance stands on. */
export interface Foundation {
  readonly roles: ReadonlySet<Role>;
  readonly dataFolder: string;
  readonly shop: Shop;
  readonly templates: TemplateFolder;
  readonly store: Store;
  readonly clock: Clock;
  readonly secret: Secrets;
  /** The slowest part: it comes up while the rest is built. */
  readonly temporalStarting: Promise<Temporal>;
}

/** Opens data folder, project, store, clock and secret, and begins to start Temporal. Rejects with a sentence that names the setting. */
export async function layFoundation(config: Config, log: Log, say: (line: string) => void, stops: Stops): Promise<Foundation> {
  const roles = rolesOf(config);
  const dataFolder = resolve(config.SOJOURN_DATA);
  const isEmbedded = config.DATABASE_URL === undefined;
  await blaming('SOJOURN_DATA', 'It is where this instance keeps its data: name a folder that it may write.', () =>
    openDataFolder(dataFolder),
  );
  const [shop, templates] = await blaming('SOJOURN_PROJECT', 'It is the folder with shop.yaml, journeys/, policies/ and templates/.', () =>
    Promise.all([loadShop(config.SOJOURN_PROJECT), openTemplateFolder(config.SOJOURN_PROJECT)]),
  );

  // The slowest first: the Temporal server comes up while the store is opened.
  const temporalStarting = startTemporal(config, {
    dataFolder: join(dataFolder, 'temporal'),
    log,
    say,
    isNeeded: roles.has('relay') || roles.has('worker'),
  });
  temporalStarting.catch(() => undefined);
  // What did not start has nothing to stop.
  stops.push({
    part: 'temporal',
    stop: () =>
      temporalStarting.then(
        (started) => started.stop(),
        () => undefined,
      ),
  });

  const store = await openStoreOf(config, dataFolder);
  stops.push({ part: 'store', stop: () => store.close() });
  if (isEmbedded) say('Embedded store: a single process, on this disk alone. Back it up with `sojourn backup`.');
  const { clock, stop: stopClock } = await startServiceClock(store, {
    rate: config.SOJOURN_CLOCK_RATE,
    startAt: config.SOJOURN_CLOCK_START === undefined ? null : Date.parse(config.SOJOURN_CLOCK_START),
  });
  stops.push({ part: 'clock', stop: stopClock });
  const secret = await openSecrets(config, dataFolder, { store, clock });
  return { roles, dataFolder, shop, templates, store, clock, secret, temporalStarting };
}

function openStoreOf(config: Config, dataFolder: string): Promise<Store> {
  const { DATABASE_URL: databaseUrl, DATABASE_POOL: pool } = config;
  return databaseUrl === undefined
    ? blaming('SOJOURN_DATA', 'The embedded store lies in it.', () => openStore({ dataDir: join(dataFolder, 'store'), pool }))
    : blaming('DATABASE_URL', 'It is the PostgreSQL of this instance; without it the embedded store is taken.', () =>
        openStore({ databaseUrl, pool }),
      );
}
