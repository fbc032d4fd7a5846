import { LiveFields } from '../../app/fields/live-fields.js';
import { AuditTrail } from '../../app/keys/audit-trail.js';
import { livePolicies } from '../../app/policies/live-policies.js';
import { LiveSegments } from '../../app/segments/live-segments.js';
import { publishTemplates } from '../../app/templates/publish-templates.js';
import { readNotices } from '../../app/upkeep/read-notices.js';
import { createMetrics } from '../../metrics.js';
import { isUnpublished, type Project, publishAtStart, publishPoliciesAtStart } from '../../project/publish-project.js';
import { appOf } from '../app-deps.js';
import { brokenParts, othersParts, turnParts } from '../health.js';
import { ensureKeys } from '../keys.js';
import { LiveShop } from '../live-shop.js';
import { auditLoops, watchingLoops } from '../loops.js';
import { part } from '../part.js';
import { ProcessWatch } from '../presence.js';
import { localProviders } from '../providers.js';
import { runLoops } from '../run-loops.js';

export const metrics = part({ name: 'metrics', needs: [], start: () => ({ value: createMetrics() }) });

export const policies = part({
  name: 'policies',
  needs: ['store'],
  start: (made, { log }) => ({ value: livePolicies({ store: made.store, log }) }),
});

export const fields = part({ name: 'fields', needs: [], start: () => ({ value: new LiveFields() }) });

export const segments = part({ name: 'segments', needs: [], start: () => ({ value: new LiveSegments() }) });

export const liveShop = part({
  name: 'live shop',
  needs: ['store', 'project'],
  start: (made, { config, log }) => ({
    value: new LiveShop({ folder: config.SOJOURN_PROJECT, shop: made.project.shop, store: made.store, log }),
  }),
});

/** The use cases, ready to be called. */
export const app = part({
  name: 'app',
  needs: ['store', 'clock', 'secret', 'project', 'locals', 'policies', 'segments', 'fields', 'renderer', 'metrics', 'providers'],
  start(made, { config, log }) {
    const life = { mayBeginSend: true, notifyRelay: (): void => {} };
    const { address, senders } = made.providers;
    const { secret, watch } = made.secret;
    const value = appOf(config, {
      store: made.store,
      clock: made.clock,
      secret,
      shop: made.project.shop,
      local: made.locals,
      policies: made.policies,
      segments: made.segments,
      fields: made.fields,
      renderer: made.renderer,
      metrics: made.metrics,
      log,
      address,
      providers: senders,
      mayBeginSend: () => life.mayBeginSend && watch.missing() === null,
      notifyRelay: () => life.notifyRelay(),
    });
    return { value: { app: value, life } };
  },
});

/** The policies of the project folder, where none was ever published; those that are live count from here on. */
export const opened = part({
  name: 'opened',
  needs: ['store', 'clock', 'project', 'policies'],
  async start(made, { config, say }) {
    const { store, clock, policies: live } = made;
    const { shop, templates } = made.project;
    const from = { store, clock, shop, policies: live };
    const project: Project = {
      folder: config.SOJOURN_PROJECT,
      templates,
      publishTemplates: async (how: { readonly dryRun?: boolean } = {}) => publishTemplates(from, await templates.reload(), how),
      say,
    };
    const isFirst = await isUnpublished(from);
    await publishPoliciesAtStart(from, project, isFirst);
    await live.start();
    return { value: { from, project, isFirst } };
  },
});

/** Templates and journeys of the project folder, where none was ever published; else what differs is said. */
export const published = part({
  name: 'published',
  needs: ['opened'],
  async start({ opened: { from, project, isFirst } }) {
    await publishAtStart(from, project, isFirst);
    return { value: project };
  },
});

/** What other processes publish is heard of from here on. */
export const watching = part({
  name: 'watching loops',
  needs: ['store', 'secret', 'policies', 'segments', 'fields', 'live shop', 'metrics', 'opened'],
  async start(made, { log }) {
    await made['live shop'].start();
    await Promise.all([made.segments, made.fields].map((live) => live.refresh(made.store.db)));
    const loops = watchingLoops({
      store: made.store,
      policies: made.policies,
      segments: made.segments,
      fields: made.fields,
      liveShop: made['live shop'],
      secrets: made.secret.watch,
    });
    return { value: null, stop: runLoops(loops, { log, onSuccess: made.metrics.loopSucceeded }) };
  },
});

export const notices = part({
  name: 'notices',
  needs: ['app'],
  start: (made, { config }) => ({ value: () => readNotices(made.app.app, localProviders(config)).catch(() => []) }),
});

/** The other processes of the store. */
export const presence = part({
  name: 'presence',
  needs: ['store'],
  start(made, { roles }) {
    const value = new ProcessWatch({ store: made.store, roles });
    return { value, stop: () => value.stop(), health: (isStoreUp) => (isStoreUp ? othersParts(value) : []) };
  },
});

/** Nothing starts: what turns and breakers have stopped, for a person to look at. */
export const turns = part({
  name: 'turns',
  needs: ['store'],
  start: ({ store }) => ({
    value: null,
    health: async (isStoreUp) => (isStoreUp ? [...(await turnParts(store)), ...(await brokenParts(store))] : []),
  }),
});

export const audit = part({
  name: 'audit',
  needs: ['app', 'metrics'],
  start(made, { log }) {
    const value = new AuditTrail(made.app.app);
    const stopLoops = runLoops(auditLoops(value), { log, onSuccess: made.metrics.loopSucceeded });
    return {
      value,
      async stop() {
        await stopLoops();
        await value.stop();
      },
    };
  },
});

export const keys = part({
  name: 'keys',
  needs: ['data folder', 'app', 'audit'],
  start: async (made, { roles }) => ({
    value: roles.has('api') ? await ensureKeys(made.app.app, made.audit, made['data folder']) : null,
  }),
});
