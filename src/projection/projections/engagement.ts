import { mayProfile } from '../../domain/engagement/facts.js';
import { shopSignal } from '../../domain/engagement/shop-signals.js';
import { recordSignal, withoutSignals } from '../../domain/engagement/state.js';
import { ownSource } from '../../domain/events/own-event.js';
import { commerceOf } from '../meanings/index.js';
import type { Outcome, Scene } from '../scene.js';

/**
 * Late and imported events count for what they were when they happened. Of who objects to profiling nothing is kept. What somebody else's
 * browser does, and what a journey says itself, tells nothing of what the person likes.
 */
export function projectEngagement(scene: Scene): Outcome {
  if (scene.meeting.isStranger || scene.reading.incoming.source === ownSource) return {};
  const { person } = scene;
  const engagement = mayProfile(person.traits) ? withSignal(scene) : withoutSignals(person.engagement);
  return engagement === person.engagement ? {} : { person: { ...person, engagement, engagementChanged: true } };
}

function withSignal({ reading, meeting, person, plan, needs }: Scene) {
  const isIdentified = plan.isKnown(meeting.profileId) || person.email !== null || person.phone !== null;
  const signal = shopSignal(reading.event, commerceOf(reading), isIdentified);
  const policy = needs.policies.current().engagement;
  return signal === null ? person.engagement : recordSignal(person.engagement, signal, reading.event.occurredAt, policy);
}
