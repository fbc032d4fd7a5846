import { enrolDue, forgetOldRequests } from '../app/broadcasts/enrol-recipients.js';
import { CallDesk } from '../app/calls/make-calls.js';
import { forgetOldCalls } from '../app/calls/show-calls.js';
import { tellSubscribers } from '../app/catalogue/tell-subscribers.js';
import { tendConsents } from '../app/consent/double-opt-in.js';
import { countEvents, lookForAlarms } from '../app/contracts/tend-contracts.js';
import { tendDeadLetters } from '../app/dead-letters/tend-dead-letters.js';
import type { AppDeps } from '../app/deps.js';
import { settleOutcomes } from '../app/experiments/settle-outcomes.js';
import { takeLooks } from '../app/experiments/take-looks.js';
import type { LiveFields } from '../app/fields/live-fields.js';
import { removeExpiredValues } from '../app/fields/tend-fields.js';
import { type AuditTrail, forgetOldActs } from '../app/keys/audit-trail.js';
import { forgetOldKeyActs } from '../app/keys/undo-key-acts.js';
import { settlePendingInteractions } from '../app/messages/record-interaction.js';
import { settleExpiredAttempts } from '../app/messages/settle-expired-attempts.js';
import type { LivePolicies } from '../app/policies/live-policies.js';
import { settleOneClicks } from '../app/quiz/one-click.js';
import { rebuildModel } from '../app/recommendations/build-model.js';
import type { LiveSegments } from '../app/segments/live-segments.js';
import { tendRfmBounds } from '../app/segments/rfm-bounds.js';
import { fillSegments, keepSegmentSizes, reviewDuePeople } from '../app/segments/tend-segments.js';
import { tendShopify } from '../app/shopify/tend-shopify.js';
import type { Store } from '../store/db.js';
import { readPublished } from '../store/published.js';
import type { SecretWatch } from './instance-secrets.js';
import type { LiveShop } from './live-shop.js';
import type { ProcessWatch } from './presence.js';
import type { ProviderWatch } from './provider-watch.js';
import type { Loop } from './run-loops.js';
import type { Temporal } from './temporal-part.js';

// To add a loop: a line in the list of those who run it, with its row in docs/operations.md. `everyMs` is real time.

/** What every process looks at from the moment that its policies are read: what others published, and which secrets sign. */
export function watchingLoops(of: {
  readonly store: Store;
  readonly policies: LivePolicies;
  readonly segments: LiveSegments;
  readonly fields: LiveFields;
  readonly liveShop: LiveShop;
  readonly secrets: SecretWatch;
}): readonly Loop[] {
  const look = async (): Promise<void> => {
    const published = await readPublished(of.store.db);
    of.secrets.take(published.eras);
    await Promise.all([
      of.policies.take(published.policies),
      of.segments.take(published.segments, of.store.db),
      of.fields.take(published.fields, of.store.db),
      of.liveShop.take(published.shop),
    ]);
  };
  return [
    {
      name: 'published',
      everyMs: 1_000,
      work: look,
      failure: 'What other processes publish could not be read; policies, shop and secrets stay as they are known.',
    },
  ];
}

/** The audit log gathers reads and outcomes; so much of them is lost when a process is killed. */
export function auditLoops(audit: AuditTrail): readonly Loop[] {
  return [
    { name: 'audit', everyMs: 2_000, work: () => audit.flush(), failure: 'The audit log could not be written; it is kept until it can.' },
  ];
}

/**
 * Small work that is nobody's turn, by whichever processes have the role `relay`: each round may be done by any of them, and by several at
 * once.
 */
export function relayLoops(app: AppDeps, { auditDays }: { readonly auditDays: number }): readonly Loop[] {
  const upkeep = (name: string, everyMs: number, work: () => Promise<unknown>, what: string): Loop => ({
    name,
    everyMs,
    work,
    failure: `${what}; it is tried again.`,
  });
  const calls = new CallDesk(app);
  return [
    upkeep('broadcasts', 1_000, () => enrolDue(app), 'Broadcasts could not be looked at'),
    upkeep('segments-due', 500, () => reviewDuePeople(app), 'Segments that change by time could not be looked at'),
    upkeep('segment-fills', 1_000, () => fillSegments(app), 'New definitions of segments could not be applied'),
    upkeep('rfm-bounds', 60_000, () => tendRfmBounds(app), 'Buyers could not be parted into fifths'),
    upkeep('segment-sizes', 60_000, () => keepSegmentSizes(app), 'Sizes of segments could not be kept'),
    upkeep('outcomes', 1_000, () => settleOutcomes(app), 'What people in experiments did could not be worked out'),
    upkeep('looks', 5_000, () => takeLooks(app), 'Experiments could not be looked at'),
    upkeep('item-subscriptions', 1_000, () => tellSubscribers(app), 'Those who wait for products could not be told of them'),
    upkeep('recommendation-models', 60_000, () => rebuildModel(app), 'What orders say for recommendations could not be learnt'),
    upkeep('event-counts', 30_000, () => countEvents(app), 'Events could not be counted'),
    upkeep('event-contracts', 15_000, () => lookForAlarms(app), 'What journeys read of events could not be looked at'),
    upkeep('expired-attempts', 5_000, () => settleExpiredAttempts(app), 'Attempts whose lease ended could not be settled'),
    upkeep('calls', 500, () => calls.round(), 'What journeys tell the shop could not be told'),
    upkeep('old-calls', 3_600_000, () => forgetOldCalls(app), 'Old calls could not be forgotten'),
    upkeep('one-clicks', 5_000, () => settleOneClicks(app), 'Answers by links in messages could not be judged'),
    upkeep('interactions', 5_000, () => settlePendingInteractions(app), 'Opens and clicks could not be judged'),
    upkeep('consents', 5_000, () => tendConsents(app), 'Consents that wait could not be looked at'),
    upkeep('dead-letters', 15_000, () => tendDeadLetters(app), 'Dead letters could not be kept within their bounds'),
    upkeep('audit-retention', 5_000, () => forgetOldActs(app, auditDays), 'Old acts of the audit log could not be forgotten'),
    upkeep('key-acts', 5_000, () => forgetOldKeyActs(app), 'Old acts of write keys could not be forgotten'),
    upkeep('field-values', 600_000, () => removeExpiredValues(app), 'Values past their time could not be removed'),
    ...(app.shopAdmin === undefined ? [] : [upkeep('shopify', 15_000, () => tendShopify(app), 'Shopify could not be asked what changed')]),
    upkeep('request-keys', 3_600_000, () => forgetOldRequests(app), 'Old keys of requests could not be forgotten'),
  ];
}

/** Whether others are there: Temporal, the providers of a process that sends, the other processes of this store. */
export function lookoutLoops(of: {
  readonly temporal: Temporal;
  /** Null: this process sends nothing. */
  readonly providers: ProviderWatch | null;
  readonly others: ProcessWatch;
}): readonly Loop[] {
  const { temporal, providers, others } = of;
  return [
    { name: 'temporal', everyMs: 2_000, work: () => temporal.look(), failure: 'Temporal could not be looked at.' },
    {
      name: 'presence',
      everyMs: 2_000,
      work: () => others.tell(),
      failure: 'The other processes could not be told that this one is here.',
    },
    ...(providers === null
      ? []
      : [{ name: 'providers', everyMs: 3_000, work: () => providers.look(), failure: 'The health of providers could not be kept.' }]),
  ];
}
