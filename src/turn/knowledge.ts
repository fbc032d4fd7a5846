import { type EngagementFacts, engagementFacts } from '../domain/engagement/facts.js';
import { tierAt } from '../domain/engagement/tier.js';
import { calendarZone, type Place, placesByTraits, statedZone } from '../domain/places/zone-evidence.js';
import { usualOfferEveryMs } from '../domain/policy/cap-policy.js';
import type { EntryId } from '../domain/values/ids.js';
import type { ConditionFacts } from '../journey/conditions/condition.js';
import { isIdentified } from '../journey/conditions/identified.js';
import type { EngineContext } from '../journey/engine.js';
import type { TurnMessage, TurnWorld } from './world.js';

/** What a turn works out from its world before it decides. */
export interface Knowledge {
  readonly engagement: EngagementFacts;
  readonly places: readonly Place[];
  /** The zone of calendar waits and sentences. */
  readonly timeZone: string;
  readonly engine: EngineContext;
}

export function know(world: TurnWorld): Knowledge {
  const { definition, entry, profile, facts, policies, shop, at } = world;
  const places = placesByTraits(profile, shop, at);
  const timeZone = calendarZone(places, shop.timeZone, statedZone(profile.traits, at));
  const told = { consents: facts.consents, ...facts.history };
  const engagement = engagementFacts(profile, told, { tracking: policies.engagement.tracking, shop });
  return {
    engagement,
    places,
    timeZone,
    engine: {
      definition,
      about: entry.about,
      facts: conditionFacts(world, engagement),
      at,
      timeZone,
      shopTimeZone: shop.timeZone,
      offerEveryMs: policies.caps.offerEveryMs ?? usualOfferEveryMs,
    },
  };
}

function conditionFacts({ entry, profile, cart, facts, policies, at }: TurnWorld, engagement: EngagementFacts): ConditionFacts {
  return {
    at,
    profile: { identified: isIdentified({ userId: facts.userId, ...profile }), traits: profile.traits },
    cart,
    consents: facts.consents,
    topics: policies.topics,
    tier: () => facts.toldTier ?? tierAt(policies.engagement, engagement, at).tier,
    known: facts.known,
    event: entry.data.trigger,
    messages: outcomesByStep(facts.messages, entry.id),
  };
}

function outcomesByStep(messages: readonly TurnMessage[], entryId: EntryId): ConditionFacts['messages'] {
  const latest: Record<string, TurnMessage> = {};
  for (const message of messages) {
    if (message.entryId !== entryId || message.step === null) continue;
    const known = latest[message.step];
    if (!known || (message.visit ?? 0) > (known.visit ?? 0)) latest[message.step] = message;
  }
  return Object.fromEntries(Object.entries(latest).map(([step, { state, receipts }]) => [step, { state, receipts }]));
}
