import { createActivities } from '../../activities/index.js';
import type { PartState } from '../api/deps.js';
import { emailInboundRoutes } from '../api/routes/email-inbound.js';
import { segmentClientRoutes } from '../api/routes/segment.js';
import { sourceRoutes } from '../api/routes/sources.js';
import { twilioRoutes } from '../api/routes/twilio.js';
import { takeBatchTurn } from '../app/broadcasts/take-batch-turn.js';
import type { Log } from '../app/deps.js';
import { AuditTrail } from '../app/keys/audit-trail.js';
import { readBudgets } from '../app/keys/read-budgets.js';
import { livePolicies } from '../app/policies/live-policies.js';
import { LiveSegments } from '../app/segments/live-segments.js';
import { publishTemplates } from '../app/templates/publish-templates.js';
import { takeTurn } from '../app/turn/take-turn.js';
import { readNotices } from '../app/upkeep/read-notices.js';
import { eachChannel } from '../domain/messages/channel.js';
import { createMetrics } from '../metrics.js';
import { isUnpublished, type Project, publishAtStart, publishPoliciesAtStart } from '../project/publish-project.js';
import { createRenderer } from '../render/renderer.js';
import { type Config, rateOf } from '../settings/config.js';
import { findTemplateVersion } from '../store/templates.js';
import { readVersion, temporalUiOf } from './about.js';
import { appOf } from './app-deps.js';
import { openDoors } from './doors.js';
import { layFoundation } from './foundation.js';
import { watchSecrets } from './instance-secrets.js';
import { ensureKeys } from './keys.js';
import { LiveShop } from './live-shop.js';
import { startLocalParts } from './local-parts.js';
import { auditLoops, lookoutLoops, relayLoops, watchingLoops } from './loops.js';
import { readParts, rolePartsOf, watchGauges } from './parts.js';
import { ProcessWatch } from './presence.js';
import { ProviderWatch } from './provider-watch.js';
import { createProviders, localProviders } from './providers.js';
import { type Loop, runLoops } from './run-loops.js';
import { type RunningInstance, removeRunningFile, writeRunningFile } from './running-file.js';
import { seams } from './seams.js';
import { type Stops, stopAll } from './stops.js';
import type { Temporal } from './temporal-part.js';

/** A running instance: what it is reached by, and how it ends. */
export interface Instance {
  readonly running: RunningInstance;
  /** Where a person looks: mailbox, phone, Temporal UI, API. */
  readonly log: Log;
  parts(): Promise<readonly PartState[]>;
  /** Takes nothing new, lets what is under way finish, and stops everything in the reverse order of its start. */
  stop(): Promise<void>;
}

/** Builds everything once, for the roles of this process, and starts it. Throws sentences. `say`: progress for a person. */
export async function startInstance(config: Config, log: Log, say: (line: string) => void): Promise<Instance> {
  const stops: Stops = [];
  try {
    return await start(config, log, say, stops);
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
}

async function start(config: Config, log: Log, say: (line: string) => void, stops: Stops): Promise<Instance> {
  const foundation = await layFoundation(config, log, say, stops);
  const { roles, dataFolder, store, clock, secret, shop, templates } = foundation;
  const local = await startLocalParts(config, { dataFolder, secret, log, stops });
  const { mailbox, phone } = local;

  const metrics = createMetrics();
  const run = (part: string, loops: readonly Loop[]): void =>
    void stops.push({ part, stop: runLoops(loops, { log, onSuccess: metrics.loopSucceeded }) });
  const address = { publicUrl: config.PUBLIC_URL?.replace(/\/$/, '') ?? '' };
  const providers = new ProviderWatch({ store, log });
  const senders = await createProviders(config, { local, secret, watch: providers, address });
  stops.push({ part: 'providers', stop: async () => void (await Promise.all(Object.values(senders).map((sender) => sender.close()))) });
  const renderer = createRenderer({ loadVersion: (id, version) => findTemplateVersion(store.db, id, version), shop });

  const policies = livePolicies({ store, log });
  const segments = new LiveSegments();
  const liveShop = new LiveShop({ folder: config.SOJOURN_PROJECT, shop, store, log });
  const secrets = watchSecrets({ secret, log });
  const life = { mayBeginSend: true, notifyRelay: (): void => {} };
  const app = appOf(config, {
    store,
    clock,
    secret,
    shop,
    local,
    policies,
    segments,
    renderer,
    metrics,
    log,
    address,
    providers: senders,
    mayBeginSend: () => life.mayBeginSend && secrets.missing() === null,
    notifyRelay: () => life.notifyRelay(),
  });
  const publishAll = async (how: { readonly dryRun?: boolean } = {}) =>
    publishTemplates({ store, clock, shop, policies }, await templates.reload(), how);
  const project: Project = { folder: config.SOJOURN_PROJECT, templates, publishTemplates: publishAll, say };
  const isFirst = await isUnpublished(app);
  await publishPoliciesAtStart(app, project, isFirst);
  await policies.start();
  await liveShop.start();
  await segments.refresh(store.db);
  run('watching loops', watchingLoops({ store, policies, segments, liveShop, secrets }));
  await publishAtStart(app, project, isFirst);

  let temporal: Temporal | null = null;
  const others = new ProcessWatch({ store, roles });
  stops.push({ part: 'presence', stop: () => others.stop() });
  const parts = (): Promise<readonly PartState[]> =>
    readParts({ store, temporal, roles, missingSecret: secrets.missing(), providers, others, locals: { mailbox, phone } });
  const notices = () => readNotices(app, localProviders(config)).catch(() => []);
  const audit = new AuditTrail(app);
  stops.push({ part: 'audit', stop: () => audit.stop() });
  run('audit loop', auditLoops(audit));
  const keys = roles.has('api') ? await ensureKeys(app, audit, dataFolder) : null;
  const health = { app, version: await readVersion(), registry: metrics.registry, parts, notices };
  const doors = await openDoors(config, {
    app,
    health,
    // One of each for both listeners: they share places and what they remember.
    api: roles.has('api')
      ? {
          ...health,
          audit,
          templates,
          temporalUi: temporalUiOf(config, () => temporal),
          ...seams(app, { templates, renderer, publishAll, dataFolder, temporal: () => temporal, hasRelay: roles.has('relay'), liveShop }),
          ...(config.SOJOURN_TRUST_PROXY === undefined ? {} : { trustedProxies: config.SOJOURN_TRUST_PROXY }),
          plugins: [
            sourceRoutes(app),
            segmentClientRoutes(app),
            twilioRoutes(app),
            emailInboundRoutes(app, config.EMAIL_WEBHOOK_TOKEN ?? null),
          ],
        }
      : null,
    local,
    stops,
  });
  if (roles.has('api') && address.publicUrl !== '' && config.SOJOURN_TRUST_PROXY === undefined)
    say('Consent on our pages is kept without the address it came from: SOJOURN_TRUST_PROXY does not say which proxy tells it.');
  address.publicUrl ||= doors.publicUrl;

  temporal = await foundation.temporalStarting;
  await temporal.run({
    store,
    clock,
    activities: createActivities({
      takeTurn: (input, lane) => takeTurn(app, input, lane),
      takeBatchTurn: (input) => takeBatchTurn(app, input),
      onFault: (turn, fault) => log.error({ turn, ...fault }, 'A turn failed and is tried again.'),
    }),
    roles,
    rates: eachChannel((channel) => rateOf(config, channel)),
    connections: eachChannel((channel) => senders[channel].poolSize),
  });
  const running = temporal;
  life.notifyRelay = () => running.notify();
  stops.push({
    part: 'relay and workers',
    stop: async () => {
      life.mayBeginSend = false;
      await running.stopWork();
    },
  });
  if (roles.has('relay')) run('relay loops', relayLoops(app, { auditDays: config.SOJOURN_AUDIT_DAYS }));
  watchGauges(metrics, store, { notices, budgets: () => readBudgets(app), providers });
  others.begin(() => rolePartsOf({ temporal, roles }, true));
  run('lookout loops', lookoutLoops({ temporal, providers: roles.has('worker') ? providers : null, others }));

  const file: RunningInstance = {
    pid: process.pid,
    apiUrl: doors.apiUrl,
    publicUrl: doors.publicUrl,
    writeKey: keys?.writeKey ?? null,
    browserKey: keys?.browserKey ?? null,
    apiKey: keys?.apiKey ?? null,
    mailboxUrl: local.mailboxUrl,
    smtpUrl: local.smtpUrl,
    inboundSmtpUrl: doors.inboundSmtpUrl,
    phoneUrl: local.phoneUrl,
    temporalAddress: running.embedded?.address ?? null,
    temporalNamespace: running.embedded?.namespace ?? null,
    temporalUiUrl: running.embedded?.uiUrl ?? null,
  };
  const another = await writeRunningFile(dataFolder, file);
  if (another !== null)
    say(`running.json of ${dataFolder} stays that of process ${another}, which runs too: find this one by --url and --api-key.`);
  stops.push({ part: 'running.json', stop: () => removeRunningFile(dataFolder, file) });
  return { running: file, log, parts, stop: () => stopAll(stops, log) };
}
