import { hearTraits } from '../../domain/keys/browser-word.js';
import { checkoutAddress } from '../checkout-address.js';
import type { Outcome, Scene } from '../scene.js';
import { claimed } from './claims.js';
import { after, mergeSaid } from './traits.js';

/**
 * A guest can be reached by the address that they gave at the checkout: of several the newest counts. Of somebody with a user id it only
 * fills in what is not known, since people order for others.
 */
export function projectCheckoutAddress(scene: Scene): Outcome {
  const { reading, meeting, person, plan } = scene;
  const given = Object.entries(checkoutAddress(reading));
  if (given.length === 0 || meeting.isStranger) return {};
  const isKnown = plan.isKnown(meeting.profileId);
  const told = Object.fromEntries(given.filter(([name]) => !isKnown || (person.traits[name] ?? null) === null));
  const { said, claims, notes } = hearTraits(told, person, { speaker: reading.incoming.speaker, right: meeting.right });
  const { changedTraits: _changed, ...merged }: Outcome = Object.keys(said).length === 0 ? {} : mergeSaid(scene, said);
  return after(claimed(claims), notes, merged);
}
