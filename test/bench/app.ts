import { generateKeyPairSync } from 'node:crypto';
import type { AppDeps } from '../../src/app/deps.js';
import { publishJourney } from '../../src/app/journeys/publish-journey.js';
import { ChannelSlots } from '../../src/app/messages/channel-slots.js';
import { LiveSegments } from '../../src/app/segments/live-segments.js';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import type { DkimSettings } from '../../src/channels/email/compose.js';
import { createSmtpProvider } from '../../src/channels/email/providers/smtp.js';
import { createTwilioProvider } from '../../src/channels/sms/providers/twilio.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import { createClock } from '../../src/domain/time/clock.js';
import { createMetrics, type Metrics } from '../../src/metrics.js';
import { newId } from '../../src/new-id.js';
import { loadPolicies } from '../../src/project/policy-folder.js';
import { loadShop } from '../../src/project/shop.js';
import { loadTemplates } from '../../src/render/load.js';
import { createRenderer } from '../../src/render/renderer.js';
import type { TemplateSet } from '../../src/render/template-set.js';
import type { Store } from '../../src/store/db.js';
import { findTemplateVersion } from '../../src/store/templates.js';
import { packageRoot } from '../../src/temporal/package-root.js';
import { workflowTaskSlots } from '../../src/temporal/worker.js';

export interface BenchApp {
  readonly deps: AppDeps;
  readonly metrics: Metrics;
  readonly templates: TemplateSet;
  /** Set by who runs the poke loop. */
  notifyRelay: () => void;
}

/** What `compose.ts` builds, as far as the bench needs it: this repository's shop and templates on the given store, mail by SMTP. */
export async function buildApp(
  store: Store,
  options: {
    readonly smtpUrl: string;
    readonly journeys: readonly string[];
    /** Ids of the templates that are needed: compiling one takes its time. */
    readonly templates: readonly string[];
  },
): Promise<BenchApp> {
  const root = packageRoot();
  const [shop, templates, policies] = await Promise.all([loadShop(root), loadTemplates(root), loadPolicies(root)]);
  const email = createSmtpProvider({ url: options.smtpUrl, dkim: null, poolSize: 20 });
  // No text is sent here.
  const sms = createTwilioProvider({
    accountSid: 'AC00000000000000000000000000000000',
    authToken: 'unused',
    publicUrl: 'https://bench.example',
  });
  const metrics = createMetrics();
  const lanes = { inlineLimit: workflowTaskSlots, whileSlow: workflowTaskSlots / 2 };
  const realOrigin = Date.now();
  const clock = createClock({ rate: 1, realOrigin, serviceOrigin: realOrigin, readReal: Date.now });
  const app: BenchApp = {
    metrics,
    templates,
    notifyRelay: () => {},
    deps: {
      store,
      clock,
      secret: secretsOf('the secret of the bench'),
      shop,
      policies: { current: () => policies },
      segments: new LiveSegments(),
      providers: { email, sms },
      renderer: createRenderer({ loadVersion: (id, version) => findTemplateVersion(store.db, id, version), shop }),
      orderLookup: null,
      callReceiver: async () => ({ kind: 'refused', code: 'no-receiver' }),
      slots: {
        email: new ChannelSlots({ size: email.poolSize, ...lanes }),
        sms: new ChannelSlots({ size: sms.poolSize, ...lanes }),
      },
      publicUrl: 'https://bench.example',
      allowFictionalPhones: true,
      ratedChannels: new Set(),
      newId,
      log: { info: () => {}, warn: complain, error: complain },
      metrics,
      mayBeginSend: () => true,
      notifyRelay: () => app.notifyRelay(),
    },
  };
  const sources = templates.sources.filter(({ id }) => options.templates.includes(id));
  if (sources.length > 0) await publishTemplates({ store, clock, shop }, { ...templates, sources });
  for (const source of options.journeys) {
    const published = await publishJourney({ store, clock, templates }, { source });
    if (published.kind === 'refused') throw new Error(`A journey of the bench was refused: ${published.problems[0]?.message}`);
  }
  return app;
}

/** A warning in the middle of a round means that the numbers are about something else. */
function complain(fields: Readonly<Record<string, unknown>>, message: string): void {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
}

/** A signer with a key of the usual length, RSA-2048. */
export function makeDkim(): DkimSettings {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { domain: 'willow-and-wren.example', selector: 'bench', privateKey };
}
