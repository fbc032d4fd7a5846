import { createActivities } from '../../../activities/index.js';
import { emailInboundRoutes } from '../../api/routes/email-inbound.js';
import { segmentClientRoutes } from '../../api/routes/segment.js';
import { type Signers, signedSourceRoutes } from '../../api/routes/signed-sources.js';
import { sourceRoutes } from '../../api/routes/sources.js';
import { twilioRoutes } from '../../api/routes/twilio.js';
import { takeBatchTurn } from '../../app/broadcasts/take-batch-turn.js';
import { readBudgets } from '../../app/keys/read-budgets.js';
import { takeTurn } from '../../app/turn/take-turn.js';
import { eachChannel } from '../../domain/messages/channel.js';
import type { Config } from '../../settings/config.js';
import { rateOf } from '../../settings/config.js';
import { readVersion, temporalUiOf } from '../about.js';
import { openDoors } from '../doors.js';
import { rolePartsOf, shopifyState, watchGauges } from '../health.js';
import { lookoutLoops, relayLoops } from '../loops.js';
import { part } from '../part.js';
import { runLoops } from '../run-loops.js';
import { type RunningInstance, removeRunningFile, writeRunningFile } from '../running-file.js';
import { seams } from '../seams.js';

/** The two listeners, and the door for mail that comes back. */
export const doors = part({
  name: 'doors',
  needs: [
    'data folder',
    'project',
    'temporal',
    'locals',
    'metrics',
    'providers',
    'renderer',
    'live shop',
    'app',
    'published',
    'notices',
    'audit',
    'keys',
  ],
  async start(made, { config, roles, say, stops, states }) {
    const { app } = made.app;
    const { templates } = made.project;
    const { publishTemplates } = made.published;
    const temporal = made.temporal.current;
    const health = { app, version: await readVersion(), registry: made.metrics.registry, parts: states, notices: made.notices };
    const value = await openDoors(config, {
      app,
      health,
      // One of each for both listeners: they share places and what they remember.
      api: roles.has('api')
        ? {
            ...health,
            audit: made.audit,
            templates,
            temporalUi: temporalUiOf(config, temporal),
            ...seams(app, {
              templates,
              renderer: made.renderer,
              publishAll: publishTemplates,
              dataFolder: made['data folder'],
              temporal,
              hasRelay: roles.has('relay'),
              liveShop: made['live shop'],
            }),
            ...(config.SOJOURN_TRUST_PROXY === undefined ? {} : { trustedProxies: config.SOJOURN_TRUST_PROXY }),
            signers: signersOf(config),
            plugins: [
              sourceRoutes(app),
              segmentClientRoutes(app),
              signedSourceRoutes(app, signersOf(config)),
              twilioRoutes(app),
              emailInboundRoutes(app, config.EMAIL_WEBHOOK_TOKEN ?? null),
            ],
          }
        : null,
      local: made.locals,
      stops,
    });
    const { address } = made.providers;
    if (roles.has('api') && address.publicUrl !== '' && config.SOJOURN_TRUST_PROXY === undefined)
      say('Consent on our pages is kept without the address it came from: SOJOURN_TRUST_PROXY does not say which proxy tells it.');
    address.publicUrl ||= value.publicUrl;
    return { value };
  },
});

/** The poke loop, and the workers that take turns. It begins when the doors are open: links lead there. */
export const work = part({
  name: 'relay and workers',
  needs: ['store', 'clock', 'temporal', 'providers', 'app', 'doors'],
  async start(made, { config, roles, log }) {
    const { app, life } = made.app;
    const value = await made.temporal.starting;
    await value.run({
      store: made.store,
      clock: made.clock,
      activities: createActivities({
        takeTurn: (input, lane) => takeTurn(app, input, lane),
        takeBatchTurn: (input) => takeBatchTurn(app, input),
        onFault: (turn, fault) => log.error({ turn, ...fault }, 'A turn failed and is tried again.'),
      }),
      roles,
      rates: eachChannel((channel) => rateOf(config, channel)),
      connections: eachChannel((channel) => made.providers.senders[channel].poolSize),
    });
    life.notifyRelay = () => value.notify();
    return {
      value,
      async stop() {
        life.mayBeginSend = false;
        await value.stopWork();
      },
    };
  },
});

export const relay = part({
  name: 'relay loops',
  needs: ['app', 'metrics', 'relay and workers'],
  start(made, { config, roles, log }) {
    if (!roles.has('relay')) return { value: null };
    const loops = relayLoops(made.app.app, { auditDays: config.SOJOURN_AUDIT_DAYS });
    const { shopAdmin, store, clock } = made.app.app;
    return {
      value: null,
      stop: runLoops(loops, { log, onSuccess: made.metrics.loopSucceeded }),
      health: (isStoreUp) => (isStoreUp && shopAdmin !== undefined ? shopifyState(store, shopAdmin.shop, clock) : []),
    };
  },
});

export const gauges = part({
  name: 'gauges',
  needs: ['store', 'metrics', 'providers', 'app', 'notices'],
  start(made) {
    const { watch } = made.providers;
    watchGauges(made.metrics, made.store, {
      notices: made.notices,
      budgets: () => readBudgets(made.app.app),
      providers: watch,
      clock: made.app.app.clock,
      shop: made.app.app.shopAdmin?.shop ?? null,
    });
    return { value: null };
  },
});

/** From here on other processes see this one, and it looks for Temporal and the providers. */
export const lookout = part({
  name: 'lookout loops',
  needs: ['metrics', 'providers', 'presence', 'relay and workers'],
  start(made, { roles, log }) {
    const temporal = made['relay and workers'];
    made.presence.begin(() => rolePartsOf({ temporal, roles }, true));
    const loops = lookoutLoops({ temporal, providers: roles.has('worker') ? made.providers.watch : null, others: made.presence });
    return { value: null, stop: runLoops(loops, { log, onSuccess: made.metrics.loopSucceeded }) };
  },
});

/** Where the owner's tools find this process. */
export const runningFile = part({
  name: 'running.json',
  needs: ['data folder', 'locals', 'keys', 'doors', 'relay and workers'],
  async start(made, { say }) {
    const folder = made['data folder'];
    const { embedded } = made['relay and workers'];
    const value: RunningInstance = {
      pid: process.pid,
      apiUrl: made.doors.apiUrl,
      publicUrl: made.doors.publicUrl,
      writeKey: made.keys?.writeKey ?? null,
      browserKey: made.keys?.browserKey ?? null,
      apiKey: made.keys?.apiKey ?? null,
      mailboxUrl: made.locals.mailboxUrl,
      smtpUrl: made.locals.smtpUrl,
      inboundSmtpUrl: made.doors.inboundSmtpUrl,
      phoneUrl: made.locals.phoneUrl,
      temporalAddress: embedded?.address ?? null,
      temporalNamespace: embedded?.namespace ?? null,
      temporalUiUrl: embedded?.uiUrl ?? null,
    };
    const another = await writeRunningFile(folder, value);
    if (another !== null)
      say(`running.json of ${folder} stays that of process ${another}, which runs too: find this one by --url and --api-key.`);
    return { value, stop: () => removeRunningFile(folder, value) };
  },
});

function signersOf({ SHOPIFY_SHOP: account, SHOPIFY_SECRETS: secrets }: Config): Signers {
  return account === undefined || secrets === undefined ? {} : { shopify: { account, secrets } };
}
