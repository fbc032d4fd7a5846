import { describe, expect, test } from 'vitest';
import { type IdentifyingEvent, type KnownIdentity, planIdentities } from '../../../src/domain/people/identity.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';

const at = 1000;

function says(type: IdentifyingEvent['type'], ids: Partial<IdentifyingEvent>): IdentifyingEvent {
  return { type, userId: null, anonymousId: null, previousId: null, occurredAt: at, ...ids };
}

/** Stored ids as `user:ada → P1`; profiles with a user id are known. */
function plan(events: readonly IdentifyingEvent[], stored: Record<string, string> = {}, linkedAt = 0) {
  const identities = Object.entries(stored).map(([key, profileId]): KnownIdentity => {
    const [kind, value = ''] = key.split(':');
    return { kind: kind === 'user' ? 'user' : 'anonymous', value, profileId: profileId as ProfileId, linkedAt };
  });
  const knownProfiles = new Set(identities.filter(({ kind }) => kind === 'user').map(({ profileId }) => profileId));
  let made = 0;
  const result = planIdentities(events, { identities, knownProfiles }, () => `new${++made}` as ProfileId);
  return {
    profiles: result.profileIds,
    created: result.created,
    merges: result.merges.map(({ from, into }) => `${from} → ${into}`),
    changes: result.changes.map(({ kind, value, profileId }) => `${kind}:${value} → ${profileId}`),
    isKnown: result.isKnown,
  };
}

describe('identify', () => {
  test('names the visitor who says who they are for the first time', () => {
    expect(plan([says('identify', { userId: 'ada', anonymousId: 'x' })], { 'anonymous:x': 'P1' })).toMatchObject({
      profiles: ['P1'],
      created: [],
      merges: [],
      changes: ['user:ada → P1'],
    });
  });

  test('merges the visitor into the user who is known', () => {
    const { profiles, merges, changes } = plan([says('identify', { userId: 'ada', anonymousId: 'x' })], {
      'user:ada': 'P2',
      'anonymous:x': 'P1',
    });
    // The ids of a merged profile move with it.
    expect({ profiles, merges, changes }).toEqual({ profiles: ['P2'], merges: ['P1 → P2'], changes: [] });
  });

  test('takes over a shared browser, and nobody with it, when it is the newer statement', () => {
    const stored = { 'user:ada': 'P1', 'anonymous:x': 'P1', 'user:bea': 'P2' };
    expect(plan([says('identify', { userId: 'bea', anonymousId: 'x' })], stored, at - 1)).toMatchObject({
      profiles: ['P2'],
      merges: [],
      changes: ['anonymous:x → P2'],
    });
    expect(plan([says('identify', { userId: 'bea', anonymousId: 'x' })], stored, at + 1)).toMatchObject({
      profiles: ['P2'],
      merges: [],
      changes: [],
    });
    expect(plan([says('identify', { userId: 'cyd', anonymousId: 'x' })], stored, at - 1)).toMatchObject({ created: ['new1'], merges: [] });
  });

  test('joins a visitor and a user who are both new in the batch', () => {
    const events = [
      says('page', { anonymousId: 'x' }),
      says('track', { userId: 'ada' }),
      says('identify', { userId: 'ada', anonymousId: 'x' }),
    ];
    const { profiles, created, merges } = plan(events);
    expect(new Set(profiles).size).toBe(1);
    expect(created).toEqual([profiles[0]]);
    expect(merges).toEqual([]);
  });

  test('keeps the stored visitor when the user is new in the batch', () => {
    const events = [says('track', { userId: 'ada' }), says('identify', { userId: 'ada', anonymousId: 'x' })];
    expect(plan(events, { 'anonymous:x': 'P1' })).toMatchObject({
      profiles: ['P1', 'P1'],
      created: [],
      merges: [],
      changes: ['user:ada → P1'],
    });
  });
});

describe('alias', () => {
  test('merges a user into another', () => {
    const { profiles, merges } = plan([says('alias', { userId: 'bea', previousId: 'ada' })], { 'user:ada': 'P1', 'user:bea': 'P2' });
    expect({ profiles, merges }).toEqual({ profiles: ['P2'], merges: ['P1 → P2'] });
  });

  test('in a circle, or of someone to themselves, is harmless', () => {
    const circle = [
      says('alias', { userId: 'bea', previousId: 'ada' }),
      says('alias', { userId: 'ada', previousId: 'bea' }),
      says('alias', { userId: 'ada', previousId: 'ada' }),
    ];
    const { profiles, merges } = plan(circle, { 'user:ada': 'P1', 'user:bea': 'P2' });
    expect(merges).toEqual(['P1 → P2']);
    expect(profiles).toEqual(['P2', 'P2', 'P2']);
  });

  test('makes the former id lead to the person, also when nobody was known by it', () => {
    const { profiles } = plan([
      says('alias', { userId: 'ada', previousId: 'x' }),
      says('page', { anonymousId: 'x' }),
      says('track', { userId: 'x' }),
    ]);
    expect(new Set(profiles).size).toBe(1);
  });
});

test('nothing else joins anybody', () => {
  const events = (['track', 'page', 'screen', 'group'] as const).map((type) => says(type, { userId: 'ada', anonymousId: 'x' }));
  expect(plan(events, { 'user:ada': 'P2', 'anonymous:x': 'P1' })).toMatchObject({
    profiles: ['P2', 'P2', 'P2', 'P2'],
    merges: [],
    changes: [],
  });
});

test('a profile is known once it has a user id', () => {
  const { isKnown } = plan([says('identify', { userId: 'ada', anonymousId: 'x' })], { 'anonymous:x': 'P1', 'anonymous:y': 'P2' });
  expect([isKnown('P1' as ProfileId), isKnown('P2' as ProfileId)]).toEqual([true, false]);
});
