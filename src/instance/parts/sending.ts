import { createRenderer } from '../../render/renderer.js';
import { findTemplateVersion } from '../../store/templates.js';
import { localStates, providerParts } from '../health.js';
import { startLocalParts } from '../local-parts.js';
import { part } from '../part.js';
import { ProviderWatch } from '../provider-watch.js';
import { createProviders } from '../providers.js';

/** The mailbox and the phone of a trial. */
export const locals = part({
  name: 'locals',
  needs: ['data folder', 'secret'],
  async start(made, { config, log, stops }) {
    const value = await startLocalParts(config, { dataFolder: made['data folder'], secret: made.secret.secret, log, stops });
    return { value, health: () => localStates(value) };
  },
});

export const providers = part({
  name: 'providers',
  needs: ['store', 'secret', 'locals'],
  async start(made, { config, log }) {
    const address = { publicUrl: config.PUBLIC_URL?.replace(/\/$/, '') ?? '' };
    const watch = new ProviderWatch({ store: made.store, log });
    const senders = await createProviders(config, { local: made.locals, secret: made.secret.secret, watch, address });
    return {
      value: { watch, senders, address },
      stop: async () => void (await Promise.all(Object.values(senders).map((sender) => sender.close()))),
      health: (isStoreUp) => (isStoreUp ? providerParts(watch) : []),
    };
  },
});

export const renderer = part({
  name: 'renderer',
  needs: ['store', 'project'],
  start: (made) => ({
    value: createRenderer({ loadVersion: (id, version) => findTemplateVersion(made.store.db, id, version), shop: made.project.shop }),
  }),
});
