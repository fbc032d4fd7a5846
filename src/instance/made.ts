import type { AppDeps } from '../app/deps.js';
import type { LiveFields } from '../app/fields/live-fields.js';
import type { InboundEmailDeps } from '../app/inbound/receive-email.js';
import type { TwilioKeys } from '../app/inbound/twilio-webhooks.js';
import type { AuditTrail } from '../app/keys/audit-trail.js';
import type { LivePolicies } from '../app/policies/live-policies.js';
import type { LiveSegments } from '../app/segments/live-segments.js';
import type { Notice } from '../app/upkeep/read-notices.js';
import type { Secrets } from '../domain/keys/secrets.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Clock } from '../domain/time/clock.js';
import type { createMetrics } from '../metrics.js';
import type { Project } from '../project/publish-project.js';
import type { TemplateFolder } from '../render/load.js';
import type { createRenderer } from '../render/renderer.js';
import type { Store } from '../store/db.js';
import type { InstanceKeys } from './data-folder.js';
import type { Doors } from './doors.js';
import type { SecretWatch } from './instance-secrets.js';
import type { LiveShop } from './live-shop.js';
import type { LocalParts } from './local-parts.js';
import type { ProcessWatch } from './presence.js';
import type { ProviderWatch } from './provider-watch.js';
import type { Senders } from './providers.js';
import type { RunningInstance } from './running-file.js';
import type { Temporal } from './temporal-part.js';

/** What each part of an instance makes, by the name of the part. */
export interface Made {
  /** Its path. */
  readonly 'data folder': string;
  readonly project: { readonly shop: Shop; readonly templates: TemplateFolder };
  /** The slowest part: it comes up while the rest is built. `current` null: it has not come yet. */
  readonly temporal: { readonly starting: Promise<Temporal>; readonly current: () => Temporal | null };
  readonly store: Store;
  readonly clock: Clock;
  readonly secret: { readonly secret: Secrets; readonly watch: SecretWatch };
  readonly locals: LocalParts;
  readonly metrics: ReturnType<typeof createMetrics>;
  /** `address`: the public one, known once the doors are open. */
  readonly providers: { readonly watch: ProviderWatch; readonly senders: Senders; readonly address: { publicUrl: string } };
  readonly renderer: ReturnType<typeof createRenderer>;
  readonly policies: LivePolicies;
  readonly segments: LiveSegments;
  readonly fields: LiveFields;
  readonly 'live shop': LiveShop;
  /** What the use cases need, and what a later part puts in. */
  readonly app: { readonly app: InboundEmailDeps & TwilioKeys; readonly life: { mayBeginSend: boolean; notifyRelay: () => void } };
  readonly opened: {
    readonly from: Pick<AppDeps, 'store' | 'clock' | 'shop' | 'policies'>;
    readonly project: Project;
    readonly isFirst: boolean;
  };
  readonly published: Project;
  readonly 'watching loops': null;
  readonly notices: () => Promise<readonly Notice[]>;
  readonly presence: ProcessWatch;
  readonly turns: null;
  readonly audit: AuditTrail;
  /** Null: a process without the role `api`. */
  readonly keys: InstanceKeys | null;
  readonly doors: Doors;
  readonly 'relay and workers': Temporal;
  readonly 'relay loops': null;
  readonly gauges: null;
  readonly 'lookout loops': null;
  readonly 'running.json': RunningInstance;
}

export type PartName = keyof Made;
