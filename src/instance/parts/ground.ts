import { join, resolve } from 'node:path';
import { loadShop } from '../../project/shop.js';
import { openTemplateFolder } from '../../render/load.js';
import type { Config } from '../../settings/config.js';
import { openStore, type Store } from '../../store/db.js';
import { openDataFolder } from '../data-folder.js';
import { rolePartsOf, secretState, storeState } from '../health.js';
import { openSecrets, watchSecrets } from '../instance-secrets.js';
import { part } from '../part.js';
import { startServiceClock } from '../service-clock.js';
import { blaming } from '../start-fault.js';
import { startTemporal, type Temporal } from '../temporal-part.js';

export const dataFolder = part({
  name: 'data folder',
  needs: [],
  async start(_made, { config }) {
    const value = resolve(config.SOJOURN_DATA);
    await blaming('SOJOURN_DATA', 'It is where this instance keeps its data: name a folder that it may write.', () =>
      openDataFolder(value),
    );
    return { value };
  },
});

export const project = part({
  name: 'project',
  needs: [],
  async start(_made, { config }) {
    const [shop, templates] = await blaming(
      'SOJOURN_PROJECT',
      'It is the folder with shop.yaml, journeys/, policies/ and templates/.',
      () => Promise.all([loadShop(config.SOJOURN_PROJECT), openTemplateFolder(config.SOJOURN_PROJECT)]),
    );
    return { value: { shop, templates } };
  },
});

/** Begun first and waited for last: the server comes up while the rest is built. What did not start has nothing to stop. */
export const temporal = part({
  name: 'temporal',
  needs: ['data folder'],
  start(made, { config, roles, log, say }) {
    let current: Temporal | null = null;
    const starting = startTemporal(config, {
      dataFolder: join(made['data folder'], 'temporal'),
      log,
      say,
      isNeeded: roles.has('relay') || roles.has('worker'),
    });
    starting.then(
      (started) => (current = started),
      () => undefined,
    );
    return {
      value: { starting, current: () => current },
      stop: () =>
        starting.then(
          (started) => started.stop(),
          () => undefined,
        ),
      health: (isStoreUp) => rolePartsOf({ temporal: current, roles }, isStoreUp),
    };
  },
});

export const store = part({
  name: 'store',
  needs: ['data folder'],
  async start(made, { config, say }) {
    const value = await openStoreOf(config, made['data folder']);
    if (value.kind === 'pglite') say('Embedded store: a single process, on this disk alone. Back it up with `sojourn backup`.');
    return { value, stop: () => value.close(), health: async () => [await storeState(value)] };
  },
});

export const clock = part({
  name: 'clock',
  needs: ['store'],
  async start(made, { config }) {
    const started = await startServiceClock(made.store, {
      rate: config.SOJOURN_CLOCK_RATE,
      startAt: config.SOJOURN_CLOCK_START === undefined ? null : Date.parse(config.SOJOURN_CLOCK_START),
    });
    return { value: started.clock, stop: started.stop };
  },
});

export const secret = part({
  name: 'secret',
  needs: ['data folder', 'store', 'clock'],
  async start(made, { config, log }) {
    const opened = await openSecrets(config, made['data folder'], made);
    const watch = watchSecrets({ secret: opened, log });
    return { value: { secret: opened, watch }, health: () => secretState(watch.missing()) };
  },
});

function openStoreOf(config: Config, folder: string): Promise<Store> {
  const { DATABASE_URL: databaseUrl, DATABASE_POOL: pool } = config;
  return databaseUrl === undefined
    ? blaming('SOJOURN_DATA', 'The embedded store lies in it.', () => openStore({ dataDir: join(folder, 'store'), pool }))
    : blaming('DATABASE_URL', 'It is the PostgreSQL of this instance; without it the embedded store is taken.', () =>
        openStore({ databaseUrl, pool }),
      );
}
