import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';
import type { AppDeps } from '../app/deps.js';
import type { AuditTrail } from '../app/keys/audit-trail.js';
import type { TemplatePublication } from '../app/templates/publish-templates.js';
import type { BackupResult } from '../app/upkeep/backup.js';
import type { Notice } from '../app/upkeep/read-notices.js';
import type { TemplateCatalog } from '../journey/parse.js';
import type { Signers } from './routes/signed-sources.js';

/** One part of a running instance, for `/readyz`. */
export interface PartState {
  /** `store`, `temporal`, `relay`, `worker`, `mailbox`, `phone`, `email`, `sms`. */
  readonly name: string;
  readonly state: 'up' | 'starting' | 'down';
  /** A sentence for the person on call; no addresses, no secrets. */
  readonly detail: string | null;
  /** Without it events cannot be taken: the instance is not ready. Without the others it is degraded. */
  readonly needed: boolean;
}

/** What `template test-send` came to. */
export type TestSendResult =
  | { readonly kind: 'done'; readonly messageId: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown-template' | 'unknown-profile' };

/** A rendered message, as `template preview` shows it. */
export type TemplatePreview =
  | {
      readonly kind: 'email';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
      readonly locale: string;
      readonly templateVersion: number;
    }
  | {
      readonly kind: 'sms';
      readonly body: string;
      readonly segments: number;
      readonly encoding: string;
      readonly locale: string;
      readonly templateVersion: number;
    }
  | { readonly kind: 'empty'; readonly problem: string }
  | { readonly kind: 'unknown-template' | 'unknown-profile' };

/** `finding` is a sentence of codes and ids. */
export interface StuckEntry {
  readonly id: string;
  readonly journeyId: string;
  readonly workflowId: string;
  readonly pokes: number;
  /** How its turn fails: class of the error, code and place; null: it does not. */
  readonly fault: string | null;
  readonly finding: string;
}

/** What a bulk job did: how many of how many. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

export type ShopPublication =
  | { readonly kind: 'read'; readonly differs: boolean; readonly published: boolean }
  | { readonly kind: 'invalid'; readonly reason: string };

/** `language`: in which it was written. */
export type SentTest =
  | (Extract<TestSendResult, { kind: 'done' }> & { readonly language: string })
  | Exclude<TestSendResult, { kind: 'done' }>
  | { readonly kind: 'unknown-sample' };

/**
 * What the API needs beyond the use cases' own `AppDeps`: what other parts of the program do, injected by `compose.ts`.
 * An optional function that is absent makes its route answer 501, with the reason.
 */
export interface ApiDeps {
  readonly app: AppDeps;
  readonly audit: AuditTrail;
  readonly version: string;
  readonly registry: Registry;
  readonly templates: TemplateCatalog;
  /** Where entries can be looked at in Temporal's own UI; null, or an empty address while it starts: not known. */
  readonly temporalUi: { readonly url: string; readonly namespace: string } | null;
  /** The state of each part, now; never throws, answers within two seconds. */
  parts(): Promise<readonly PartState[]>;
  /** Things that work as configured but may not be intended, each with a sentence; never throws. */
  notices(): Promise<readonly Notice[]>;
  /** Puts a dead letter through ingest again. */
  readonly retryDeadLetter?: (
    id: string,
  ) => Promise<{ readonly kind: 'resolved' } | { readonly kind: 'failed'; readonly reason: string } | { readonly kind: 'unknown' }>;
  readonly previewTemplate?: (input: {
    readonly templateId: string;
    readonly profileId: string | null;
    readonly locale: string | null;
  }) => Promise<TemplatePreview>;
  readonly testSend?: (input: {
    readonly templateId: string;
    readonly profileId: string | null;
    readonly to: string;
    readonly locale: string | null;
    /** The name of a sample, instead of a person. */
    readonly sample: string | null;
    /** What the template reads as `data`, instead of its example. */
    readonly data: Readonly<Record<string, unknown>> | null;
    /** The file of the server's folder as it is, published or not. */
    readonly draft: boolean;
  }) => Promise<SentTest>;
  readonly publishShop?: (how: { readonly dryRun?: boolean }) => Promise<ShopPublication>;
  readonly publishTemplates?: (how: { readonly dryRun?: boolean }) => Promise<readonly TemplatePublication[]>;
  /** Entries at which the poke loop looked five times in vain, each with what Temporal says of its run. */
  readonly stuckEntries?: () => Promise<readonly StuckEntry[]>;
  /** Asks the relay to start an entry's workflow again from the store; the API itself never calls Temporal. */
  readonly restartStuck?: (entryId: string) => Promise<boolean>;
  /** Ensures all open entries, in the background; says how far it is. */
  readonly reconcile?: () => Promise<Progress>;
  /** Writes a copy of the embedded store into the data folder (`src/app/upkeep/backup.ts`). */
  readonly backup?: () => Promise<BackupResult>;
  /** Whose word about where a request came from counts: addresses and networks of the proxies before the API. */
  readonly trustedProxies?: readonly string[];
  /** Who may sign deliveries of events; absent: nobody. */
  readonly signers?: Signers;
  /** Routes with their own authentication: Segment's paths, Twilio's webhooks. Each is mounted in a scope of its own. */
  readonly plugins: readonly FastifyPluginAsync[];
}
