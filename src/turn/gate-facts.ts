import { isUnsubscribed } from '../domain/consent/address-refusal.js';
import type { ConsentRecord } from '../domain/consent/consent.js';
import type { Tier } from '../domain/engagement/engagement-tier.js';
import type { EngagementFacts } from '../domain/engagement/facts.js';
import { sunsetSince } from '../domain/engagement/sunset.js';
import { capPerson } from '../domain/gate/cap-person.js';
import { type CapPerson, capsFor } from '../domain/gate/caps-for.js';
import type { SendFacts, SendRequest } from '../domain/gate/guards/guard.js';
import { type LedgerRow, ledgerOf } from '../domain/gate/ledger.js';
import { quietHoursFor } from '../domain/gate/quiet-hours.js';
import type { Hold } from '../domain/holds/hold.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Place } from '../domain/places/zone-evidence.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Instant } from '../domain/time/instant.js';

/** What the gate knows of a person. */
export interface GatePerson {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly consents: readonly ConsentRecord[];
  readonly engagement: EngagementFacts;
  /** Their messages, as far back as the widest cap looks. */
  readonly ledger: readonly LedgerRow[];
  /** Why marketing to them waits. */
  readonly holds: readonly Hold[];
  /** Why the address of a channel is suppressed. */
  readonly suppressions: Readonly<Partial<Record<Channel, string>>>;
  /** Since when marketing to it is refused, for everyone who has it. */
  readonly unsubscribedAt: Readonly<Partial<Record<Channel, Instant>>>;
  readonly places: readonly Place[];
  /** In the holdout of the journey that asks. Absent: the journey has none. */
  readonly isInHoldout?: boolean;
  /** Said by a scenario, instead of what it would be worked out from. */
  readonly toldTier?: Tier | undefined;
  /** Where their days begin. */
  readonly timeZone: string;
}

/**
 * Person and policies as the gate reads them: one way for all who send, and for all who only ask. `isTest`: to the shop itself, outside all
 * caps.
 */
export function gateFacts(
  policies: Policies,
  person: GatePerson,
  request: SendRequest,
  now: Pick<SendFacts, 'paused' | 'reachable' | 'content' | 'texts'> & { readonly isTest?: true },
): SendFacts {
  const { consents, places } = person;
  const suppression = suppressionOf(policies, person, request);
  const { paused, reachable, content, texts, isTest } = now;
  const rules = policies.classes.classes[request.class];
  return {
    paused,
    reachable,
    content,
    needsConsent: rules.needsConsent,
    texts: texts ?? null,
    consents,
    topics: policies.topics,
    suppression: suppression === null ? null : { reason: suppression },
    holds: isTest ? [] : person.holds,
    holdout: rules.isHeldOut && (person.isInHoldout ?? false),
    places,
    quietHours: quietHoursFor(policies, request.class),
    ledger: ledgerOf(policies.classes, person.ledger, request.messageId),
    caps: isTest ? [] : capsFor(policies, cappedPerson(policies, person, request), request),
    price: isTest ? null : (policies.engagement.price?.[request.channel] ?? null),
  };
}

function cappedPerson(policies: Policies, person: GatePerson, request: SendRequest): CapPerson {
  const worked = capPerson(policies, person, request);
  return person.toldTier === undefined ? worked : { ...worked, tier: person.toldTier };
}

/**
 * What is said of the address itself comes first; then that its reader wants no marketing; then that the person has not answered for long.
 */
function suppressionOf(policies: Policies, person: GatePerson, request: SendRequest): string | null {
  const { suppressions, unsubscribedAt, consents, engagement } = person;
  const { channel, at } = request;
  const known = suppressions[channel];
  if (known !== undefined) return known;
  if (isUnsubscribed(unsubscribedAt[channel], request, consents, policies.topics)) return 'unsubscribed';
  return sunsetSince(policies.engagement, engagement, at) === null ? null : 'sunset';
}
