import { resolveTxt } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createActivities } from '../activities/index.js';
import { showUrl } from './addresses.js';
import type { ApiDeps, PartState } from './api/deps.js';
import { emailInboundRoutes } from './api/routes/email-inbound.js';
import { segmentRoutes } from './api/routes/segment.js';
import { twilioRoutes } from './api/routes/twilio.js';
import type { Listener } from './api/routing.js';
import { buildHealthServer, buildServer } from './api/server.js';
import { startSmtpDoor } from './api/smtp-door.js';
import { AuditTrail, bySystem, forgetOldActs } from './app/audit-trail.js';
import { backUp } from './app/backup.js';
import { startBroadcastLoop } from './app/enrol-recipients.js';
import { ChannelSlots } from './app/channel-slots.js';
import type { AppDeps, Log } from './app/deps.js';
import { previewContext } from './app/preview-message.js';
import { livePolicies } from './app/live-policies.js';
import { keysForInstance, showWriteKeys } from './app/manage-keys.js';
import { publishTemplates, type TemplatePublication } from './app/publish-templates.js';
import { settlePendingInteractions } from './app/record-interaction.js';
import type { InboundEmailDeps } from './app/receive-email.js';
import { retryDeadLetter } from './app/retry-dead-letter.js';
import type { TwilioKeys } from './app/record-receipt.js';
import { settleExpiredAttempts } from './app/settle-expired-attempts.js';
import { takeTurn } from './app/take-turn.js';
import { tendConsents } from './app/double-opt-in.js';
import { deadLetterTending } from './app/tend-dead-letters.js';
import { testSend } from './app/test-send.js';
import type { ReturnPaths } from './channels/email/compose.js';
import { createSmtpProvider } from './channels/email/providers/smtp.js';
import { createTwilioProvider } from './channels/sms/providers/twilio.js';
import { adminPortOf, type Config, rolesOf } from './config.js';
import { readFeedbackLoops } from './domain/feedback-loop.js';
import { readPlaceholders } from './domain/placeholder-id.js';
import { openDataFolder, readInstanceKeys, writeInstanceKeys } from './data-folder.js';
import type { Channel } from './domain/channel.js';
import type { EntryId, MessageId } from './domain/ids.js';
import { subKey } from './domain/sub-key.js';
import { writeReturnAddress } from './domain/return-address.js';
import type { Secrets } from './domain/secrets.js';
import { type LocalMailbox, runMailbox, runPhone } from './embedded/local-parts.js';
import { openSecrets, watchSecrets } from './instance-secrets.js';
import { readNotices } from './app/read-notices.js';
import { ProviderWatch } from './provider-watch.js';
import { createMetrics } from './metrics.js';
import { newId } from './new-id.js';
import { readParts, watchGauges } from './parts.js';
import { isUnpublished, type Project, publishAtStart, publishPoliciesAtStart } from './publish-project.js';
import type { RenderContext } from './domain/rendering.js';
import { openTemplateFolder, type TemplateFolder, type TemplateSet } from './render/load.js';
import { readSample } from './render/preview.js';
import { createRenderer } from './render/renderer.js';
import { removeRunningFile, type RunningInstance, writeRunningFile } from './running-file.js';
import { startServiceClock } from './service-clock.js';
import { loadShop } from './shop.js';
import { createOrderLookup } from './shop-api/order-lookup.js';
import { blaming } from './start-fault.js';
import { openStore, type Store } from './store/db.js';
import { findTemplateVersion } from './store/templates.js';
import { packageRoot } from './temporal/package-root.js';
import { restartStuckEntry, stuckEntries } from './temporal/stuck-entries.js';
import { workflowTaskSlots } from './temporal/worker.js';
import { startTemporal, type Temporal } from './temporal-part.js';

/** A running instance: what it is reached by, and how it ends. */
export interface Instance {
  readonly running: RunningInstance;
  /** Where a person looks: mailbox, phone, Temporal UI, API. */
  readonly log: Log;
  parts(): Promise<readonly PartState[]>;
  /** Takes nothing new, lets what is under way finish, and stops everything in the reverse order of its start. */
  stop(): Promise<void>;
}

/** In-flight sends that would take half of the workflow-task slots go over the queue: local activities hold their slots while they send. */
const inlineLimit = workflowTaskSlots / 2;

/** Return addresses of the local mailbox, which finds the door by itself. */
const localBounceDomain = 'bounce.localhost';

const localAccountSid = 'AC00000000000000000000000000000000';

/** Builds everything once, for the roles of this process, and starts it. Throws sentences. `say`: progress for a person. */
export async function startInstance(config: Config, log: Log, say: (line: string) => void): Promise<Instance> {
  const stops: (() => Promise<void>)[] = [];
  try {
    return await start(config, log, say, stops);
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
}

async function start(config: Config, log: Log, say: (line: string) => void, stops: (() => Promise<void>)[]): Promise<Instance> {
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
  stops.push(() =>
    temporalStarting.then(
      (started) => started.stop(),
      () => undefined,
    ),
  );

  const store = await openStoreOf(config, dataFolder);
  stops.push(() => store.close());
  if (isEmbedded) say('Embedded store: a single process, on this disk alone. Back it up with `sojourn backup`.');
  const { clock, stop: stopClock } = await startServiceClock(store, {
    rate: config.SOJOURN_CLOCK_RATE,
    startAt: config.SOJOURN_CLOCK_START === undefined ? null : Date.parse(config.SOJOURN_CLOCK_START),
  });
  stops.push(stopClock);
  const secret = await openSecrets(config, dataFolder, { store, clock });

  const mailbox =
    config.SMTP_URL === undefined
      ? await blaming(
          ({ port }) => (port === config.SOJOURN_SMTP_PORT ? 'SOJOURN_SMTP_PORT' : 'SOJOURN_MAILBOX_PORT'),
          choosePort,
          () =>
            runMailbox(
              { smtpPort: config.SOJOURN_SMTP_PORT, httpPort: config.SOJOURN_MAILBOX_PORT, dataDir: join(dataFolder, 'mailbox') },
              log,
            ),
        )
      : null;
  if (mailbox) stops.push(() => mailbox.close());
  // What the phone gets crosses HTTP as a password, so it is never the secret.
  const phoneToken = subKey(secret.first, 'local-phone');
  const phone =
    config.TWILIO_ACCOUNT_SID === undefined
      ? await blaming('SOJOURN_PHONE_PORT', choosePort, () =>
          runPhone(
            {
              httpPort: config.SOJOURN_PHONE_PORT,
              accountSid: localAccountSid,
              authToken: phoneToken,
              dataDir: join(dataFolder, 'phone'),
            },
            log,
          ),
        )
      : null;
  if (phone) stops.push(() => phone.close());

  const metrics = createMetrics();
  const twilioToken = config.TWILIO_AUTH_TOKEN ?? phoneToken;
  const address = { publicUrl: config.PUBLIC_URL?.replace(/\/$/, '') ?? '' };
  const bounceDomain = config.BOUNCE_DOMAIN ?? (mailbox ? localBounceDomain : null);
  const providers = new ProviderWatch({ store, log });
  stops.push(async () => providers.stop());
  const smtp = createSmtpProvider({
    url: config.SMTP_URL ?? mailbox?.smtpUrl ?? '',
    returns: returnPaths(secret, bounceDomain),
    dkim: dkimOf(
      config,
      await blaming('DKIM_PRIVATE_KEY', 'It is a PEM, or @ and the path of a file with one.', () => keyOf(config.DKIM_PRIVATE_KEY)),
    ),
  });
  const twilio = createTwilioProvider({
    accountSid: config.TWILIO_ACCOUNT_SID ?? localAccountSid,
    authToken: twilioToken,
    ...(config.TWILIO_API_URL !== undefined ? { apiUrl: config.TWILIO_API_URL } : phone ? { apiUrl: phone.url } : {}),
    get publicUrl() {
      return address.publicUrl;
    },
  });
  const email = providers.watch('email', smtp);
  const sms = providers.watch('sms', twilio);
  stops.push(async () => void (await Promise.all([email.close(), sms.close()])));
  const renderer = createRenderer({ loadVersion: (id, version) => findTemplateVersion(store.db, id, version), shop });

  const policies = livePolicies({ store, log });
  stops.push(async () => policies.stop());
  const secrets = watchSecrets({ store, secret, log });
  stops.push(async () => secrets.stop());
  const life = { mayBeginSend: true, notifyRelay: (): void => {} };
  const app: InboundEmailDeps & TwilioKeys = {
    twilioAuthTokens: [twilioToken],
    bounceDomain,
    feedbackLoops: [...readFeedbackLoops(config.FEEDBACK_LOOPS ?? '').loops, ...(mailbox ? [mailbox.feedbackLoop] : [])],
    // The local mailbox signs its complaints as a provider does; its key is in no DNS.
    resolveTxt: async (name) => (await mailbox?.resolveTxt(name)) ?? resolveTxt(name),
    store,
    clock,
    secret,
    shop,
    policies,
    providers: { email, sms },
    renderer,
    orderLookup:
      config.ORDER_LOOKUP_URL === undefined
        ? null
        : createOrderLookup({
            url: config.ORDER_LOOKUP_URL,
            token: config.ORDER_LOOKUP_TOKEN ?? null,
            method: config.ORDER_LOOKUP_METHOD,
          }),
    slots: {
      email: new ChannelSlots({ size: email.poolSize, inlineLimit }),
      sms: new ChannelSlots({ size: sms.poolSize, inlineLimit }),
    },
    get publicUrl() {
      return address.publicUrl;
    },
    allowFictionalPhones: phone !== null,
    ratedChannels: new Set<Channel>([
      ...(config.SOJOURN_EMAIL_RATE === undefined ? [] : ['email' as const]),
      ...(config.SOJOURN_SMS_RATE === undefined ? [] : ['sms' as const]),
    ]),
    keyLimits: {
      profiles: config.SOJOURN_BROWSER_KEY_PROFILES,
      consents: config.SOJOURN_BROWSER_KEY_CONSENTS,
      messages: config.SOJOURN_BROWSER_KEY_MESSAGES,
    },
    placeholderIds: readPlaceholders(config.PLACEHOLDER_IDS),
    newId,
    log,
    metrics,
    mayBeginSend: () => life.mayBeginSend && secrets.missing() === null,
    notifyRelay: () => life.notifyRelay(),
  };

  const publishAll = async (how: { readonly dryRun?: boolean } = {}) =>
    publishTemplates({ store, clock, shop, policies }, await templates.reload(), how);
  const project: Project = { folder: config.SOJOURN_PROJECT, templates, publishTemplates: publishAll, say };
  const isFirst = await isUnpublished(app);
  await publishPoliciesAtStart(app, project, isFirst);
  await policies.start();
  await publishAtStart(app, project, isFirst);

  let temporal: Temporal | null = null;
  const parts = (): Promise<readonly PartState[]> =>
    readParts({ store, temporal, roles, missingSecret: secrets.missing(), providers, locals: { mailbox, phone } });
  const notices = () => readNotices(app, localProviders(config)).catch(() => []);
  const audit = new AuditTrail(app);
  stops.push(() => audit.stop());
  const keys = roles.has('api') ? await ensureKeys(app, audit, dataFolder) : null;
  const health = { app, version: await readVersion(), registry: metrics.registry, parts, notices };
  let apiUrl: string;
  let publicUrl: string;
  let inboundSmtpUrl: string | null = null;
  const internal: Listener = { kind: 'internal' };
  const open: Listener = { kind: 'public', scopes: config.SOJOURN_PUBLIC_SCOPES ?? [] };
  const listen = async (server: FastifyInstance, on: Door): Promise<string> => {
    const url = showUrl(await listenAs(on, server));
    stops.push(() => server.close());
    return url;
  };
  const outside: Door = { of: 'SOJOURN', host: config.SOJOURN_HOST, port: config.SOJOURN_PORT };
  const inside: Door = { of: 'SOJOURN_ADMIN', host: config.SOJOURN_ADMIN_HOST, port: adminPortOf(config) };
  if (roles.has('api')) {
    const api: ApiDeps = {
      ...health,
      audit,
      templates,
      temporalUi: temporalUiOf(config, () => temporal),
      ...seams(app, { templates, renderer, publishAll, dataFolder, temporal: () => temporal, hasRelay: roles.has('relay') }),
      ...(config.SOJOURN_TRUST_PROXY === undefined ? {} : { trustedProxies: config.SOJOURN_TRUST_PROXY }),
      // One of each for both listeners: they share places and what they remember.
      plugins: [segmentRoutes(app), twilioRoutes(app), emailInboundRoutes(app, config.EMAIL_WEBHOOK_TOKEN ?? null)],
    };
    publicUrl = await listen(buildServer(api, open), outside);
    apiUrl = await listen(buildServer(api, internal), inside);
    if (address.publicUrl !== '' && config.SOJOURN_TRUST_PROXY === undefined)
      say('Consent on our pages is kept without the address it came from: SOJOURN_TRUST_PROXY does not say which proxy tells it.');
    address.publicUrl ||= publicUrl;
    phone?.setInboundUrl(`${publicUrl}/webhooks/twilio/inbound`);
    inboundSmtpUrl = await openSmtpDoor(config, app, mailbox, stops);
  } else {
    publicUrl = await listen(buildHealthServer(health, open), outside);
    apiUrl = await listen(buildHealthServer(health, internal), inside);
  }

  temporal = await temporalStarting;
  await temporal.run({
    store,
    clock,
    activities: createActivities({
      takeTurn: (input, lane) => takeTurn(app, input, lane),
      onFault: (entryId, fault) => log.error({ entryId, ...fault }, 'A turn failed and is tried again.'),
    }),
    roles,
    rates: { email: config.SOJOURN_EMAIL_RATE, sms: config.SOJOURN_SMS_RATE },
    connections: { email: email.poolSize, sms: sms.poolSize },
    housekeeping: [
      () => settleExpiredAttempts(app),
      () => settlePendingInteractions(app),
      () => tendConsents(app),
      deadLetterTending(app),
      () => forgetOldActs(app, config.SOJOURN_AUDIT_DAYS),
    ],
  });
  const running = temporal;
  life.notifyRelay = () => running.notify();
  stops.push(async () => {
    life.mayBeginSend = false;
    await running.stopWork();
  });
  if (roles.has('relay')) {
    const broadcasts = startBroadcastLoop(app);
    stops.push(() => broadcasts.stop());
  }
  watchGauges(metrics, store, { notices, providers });
  if (roles.has('worker')) providers.start();

  const file: RunningInstance = {
    pid: process.pid,
    apiUrl,
    publicUrl,
    writeKey: keys?.writeKey ?? null,
    browserKey: keys?.browserKey ?? null,
    apiKey: keys?.apiKey ?? null,
    mailboxUrl: mailbox?.url ?? null,
    smtpUrl: mailbox?.smtpUrl ?? null,
    inboundSmtpUrl,
    phoneUrl: phone?.url ?? null,
    temporalAddress: running.embedded?.address ?? null,
    temporalNamespace: running.embedded?.namespace ?? null,
    temporalUiUrl: running.embedded?.uiUrl ?? null,
  };
  const another = await writeRunningFile(dataFolder, file);
  if (another !== null)
    say(`running.json of ${dataFolder} stays that of process ${another}, which runs too: find this one by --url and --api-key.`);
  stops.push(() => removeRunningFile(dataFolder, file));
  return { running: file, log, parts, stop: () => stopAll(stops, log) };
}

const choosePort = 'Stop what listens there, or choose another (0 takes a free one).';

function openStoreOf(config: Config, dataFolder: string): Promise<Store> {
  const { DATABASE_URL: databaseUrl, DATABASE_POOL: pool } = config;
  return databaseUrl === undefined
    ? blaming('SOJOURN_DATA', 'The embedded store lies in it.', () => openStore({ dataDir: join(dataFolder, 'store'), pool }))
    : blaming('DATABASE_URL', 'It is the PostgreSQL of this instance; without it the embedded store is taken.', () =>
        openStore({ databaseUrl, pool }),
      );
}

/** A listener, and how the names of its settings begin. */
interface Door {
  readonly of: 'SOJOURN' | 'SOJOURN_ADMIN';
  readonly host: string;
  readonly port: number;
}

function listenAs({ of, host, port }: Door, server: FastifyInstance): Promise<string> {
  return blaming(
    ({ code }) => (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' ? `${of}_HOST` : `${of}_PORT`),
    of === 'SOJOURN'
      ? 'Events, pages and webhooks come there: stop what listens there, or choose another (0 takes a free port).'
      : 'The API listens there: stop what listens there, or choose another (0 takes a free port).',
    () => server.listen({ host, port }),
  );
}

async function stopAll(stops: readonly (() => Promise<void>)[], log: Log): Promise<void> {
  for (const stop of stops.toReversed()) {
    await stop().catch((error: unknown) =>
      log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'A part did not stop cleanly.'),
    );
  }
}

/** What other parts do for the API. */
function seams(
  app: AppDeps,
  parts: {
    readonly templates: TemplateFolder;
    readonly renderer: ReturnType<typeof createRenderer>;
    readonly publishAll: (how?: { readonly dryRun?: boolean }) => Promise<readonly TemplatePublication[]>;
    readonly dataFolder: string;
    readonly temporal: () => Temporal | null;
    readonly hasRelay: boolean;
  },
): Pick<
  ApiDeps,
  'previewTemplate' | 'testSend' | 'publishTemplates' | 'stuckEntries' | 'restartStuck' | 'reconcile' | 'backup' | 'retryDeadLetter'
> {
  const { templates, renderer, temporal } = parts;
  const contextOf = async (profileId: string | null) =>
    profileId === null ? firstSample(templates.current()) : previewContext(app, profileId);
  return {
    async previewTemplate({ templateId, profileId, locale }) {
      const template = await renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const context = await contextOf(profileId);
      if (context === null) return { kind: 'unknown-profile' };
      const profile = locale === null ? context.profile : { ...context.profile, locale };
      return renderer.render(templateId, 'latest', { ...context, profile, data: template.data ?? {} });
    },
    async testSend({ templateId, profileId, to }) {
      const template = await renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const context = await contextOf(profileId);
      return context === null
        ? { kind: 'unknown-profile' }
        : testSend(app, { template, to, context: { ...context, data: template.data ?? {} } });
    },
    async publishTemplates(how) {
      const published = await parts.publishAll(how);
      if (how.dryRun !== true) renderer.refresh();
      return published;
    },
    stuckEntries: () => stuckEntries({ store: app.store, clock: app.clock, connection: () => temporal()?.connection() ?? null }),
    restartStuck: (entryId) =>
      restartStuckEntry({ store: app.store, clock: app.clock, connection: () => temporal()?.connection() ?? null }, entryId as EntryId),
    ...(parts.hasRelay ? { reconcile: () => reconcile(temporal()) } : {}),
    backup: () => backUp(app.store, join(parts.dataFolder, 'backups', `store-${new Date().toISOString().replaceAll(':', '-')}.tar.gz`)),
    retryDeadLetter: (id) => retryDeadLetter(app, id),
  };
}

async function reconcile(temporal: Temporal | null) {
  if (!temporal?.relay) throw new Error('The poke loop of this process has not started yet.');
  return temporal.relay.reconcile();
}

/** The first sample that can be read: whom a preview without a person shows. */
function firstSample({ samples }: TemplateSet): RenderContext | null {
  for (const sample of samples) {
    const read = readSample(sample);
    if (read.kind === 'ok') return read.context;
  }
  return null;
}

/** Keys for the owner's own tools, made at the first start; one that was revoked meanwhile is replaced. */
async function ensureKeys(
  app: AppDeps,
  audit: AuditTrail,
  dataFolder: string,
): Promise<{ readonly writeKey: string; readonly browserKey: string; readonly apiKey: string }> {
  const known = await readInstanceKeys(dataFolder);
  const keys = await keysForInstance(app, known);
  if (keys.apiKey !== known?.apiKey) await audit.begin(bySystem(app.clock.now(), 'api-key.create', 'of the data folder'));
  const old = (await showWriteKeys(app)).filter((key) => key.isOld && key.revokedAt === null);
  if (old.length > 0)
    app.log.warn(
      { writeKeys: old.map(({ id }) => id) },
      'Write keys of before there were two kinds are browser keys now: they change no addresses, carts and consents of known people, and import nothing. Give your servers a key of their own: sojourn write-key create <name> --server.',
    );
  if (keys.writeKey !== known?.writeKey || keys.browserKey !== known.browserKey || keys.apiKey !== known.apiKey)
    await writeInstanceKeys(dataFolder, keys);
  return keys;
}

/** Off unless a port is set; the local mailbox has one of its own to send bounces to. */
async function openSmtpDoor(
  config: Config,
  app: InboundEmailDeps,
  mailbox: LocalMailbox | null,
  stops: (() => Promise<void>)[],
): Promise<string | null> {
  const port = config.SOJOURN_INBOUND_SMTP_PORT ?? (mailbox ? 0 : undefined);
  if (port === undefined) return null;
  const door = await blaming(
    ({ code }) => (code === 'EADDRNOTAVAIL' ? 'SOJOURN_INBOUND_SMTP_HOST' : 'SOJOURN_INBOUND_SMTP_PORT'),
    choosePort,
    () => startSmtpDoor(app, { host: config.SOJOURN_INBOUND_SMTP_HOST, port }),
  );
  stops.push(() => door.close());
  const url = `smtp://${door.host.includes(':') ? `[${door.host}]` : door.host}:${door.port}`;
  mailbox?.setReturnDoor(url);
  return url;
}

/** Channels that reach nobody outside, where something else says that this is no trial. */
function localProviders(config: Config): readonly Channel[] {
  const isForReal = config.DATABASE_URL !== undefined || config.SMTP_URL !== undefined || config.TWILIO_ACCOUNT_SID !== undefined;
  if (!isForReal) return [];
  return [
    ...(config.SMTP_URL === undefined ? ['email' as const] : []),
    ...(config.TWILIO_ACCOUNT_SID === undefined ? ['sms' as const] : []),
  ];
}

function returnPaths(secret: Secrets, domain: string | null): ReturnPaths | null {
  if (domain === null) return null;
  const address = (kind: 'bounce' | 'unsubscribe') => (messageId: string) =>
    writeReturnAddress(secret, domain, { kind, messageId: messageId as MessageId });
  return { bounce: address('bounce'), unsubscribe: address('unsubscribe') };
}

function dkimOf(config: Config, privateKey: string | null) {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector } = config;
  return domain === undefined || selector === undefined || privateKey === null ? null : { domain, selector, privateKey };
}

/** A PEM, or `@path` of a file with it. */
async function keyOf(setting: string | undefined): Promise<string | null> {
  if (setting === undefined) return null;
  return setting.startsWith('@') ? readFile(setting.slice(1), 'utf8') : setting.replaceAll('\\n', '\n');
}

function temporalUiOf(config: Config, temporal: () => Temporal | null): ApiDeps['temporalUi'] {
  const namespace = config.TEMPORAL_NAMESPACE;
  if (config.TEMPORAL_UI_URL !== undefined) return { url: config.TEMPORAL_UI_URL, namespace };
  return {
    get url() {
      return temporal()?.embedded?.uiUrl ?? '';
    },
    namespace,
  };
}

async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
