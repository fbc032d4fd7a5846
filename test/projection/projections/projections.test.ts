import { expect, test } from 'vitest';
import { noEngagement } from '../../../src/domain/engagement/state.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { ourselves } from '../../../src/domain/keys/speaker.js';
import { planIdentities } from '../../../src/domain/people/identity.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import { identifying } from '../../../src/projection/identifying.js';
import { projections } from '../../../src/projection/projections/index.js';
import { readEvent, type Understood } from '../../../src/projection/read-event.js';
import type { ChangedProfile } from '../../../src/projection/rows.js';
import type { Outcome, Scene } from '../../../src/projection/scene.js';
import { shippedPolicies } from '../../support/policies.js';
import { shop } from '../../support/shop.js';
import { identify, noon } from '../../support/shop-events.js';

const policies = shippedPolicies();
const needs = { policies: { current: () => policies }, secret: secretsOf('a-secret-for-tests'), shop };
const ada: ChangedProfile = {
  id: 'p1' as ProfileId,
  traits: { profiling_allowed: true },
  traitTimes: {},
  email: null,
  phone: null,
  createdAt: noon,
  updatedAt: noon,
  lastInstant: noon,
  engagement: noEngagement,
  traitsChanged: false,
  engagementChanged: false,
};

test('each answers what it makes of an event, and changes nothing that it was given', () => {
  const incoming = identify({ email: 'ada@example.test', profiling_allowed: false, consents: [{ channel: 'email', state: 'denied' }] });
  const said = { ...incoming, context: { timezone: 'Europe/Paris' }, speaker: { ...ourselves, keyId: 'k1' } };
  const reading = readEvent(needs, said) as Understood;
  const stored = { identities: [], knownProfiles: new Set<ProfileId>(), unproven: new Set<ProfileId>(), settled: new Set<ProfileId>() };
  const plan = planIdentities([identifying(reading)], stored, () => ada.id);
  const [meeting] = plan.meetings;
  if (meeting === undefined) throw new Error('An event is about somebody.');
  const scene: Scene = { reading: frozen(reading), meeting: frozen(meeting), person: frozen(ada), plan, unsubscribed: new Set(), needs };

  const outcomes = projections.map((project) => project(scene));

  expect(outcomes.map(madeBy)).toEqual([
    'person acts:traits changed:email,profiling_allowed',
    '',
    'person',
    '',
    'acts:consent consents:denied',
    '',
    '',
  ]);
  expect(projections.map((project) => project(scene))).toEqual(outcomes);
});

function madeBy({ person, acts = [], changedTraits, consents }: Outcome): string {
  return [
    ...(person === undefined ? [] : ['person']),
    ...(acts.length === 0 ? [] : [`acts:${acts.map(({ kind }) => kind).join()}`]),
    ...(changedTraits === undefined ? [] : [`changed:${changedTraits.toSorted().join()}`]),
    ...(consents === undefined ? [] : [`consents:${consents.map(({ state }) => state).join()}`]),
  ].join(' ');
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}
