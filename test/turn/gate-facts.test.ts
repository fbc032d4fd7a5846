import { expect, test } from 'vitest';
import { nobodysEngagement } from '../../src/domain/engagement/facts.js';
import { decideSend } from '../../src/domain/gate/send-gate.js';
import type { MessageClass } from '../../src/domain/messages/channel.js';
import type { Policies } from '../../src/domain/policy/policies.js';
import { gateFacts } from '../../src/turn/gate-facts.js';
import { berlinPlace, sendRequest } from '../support/gate.js';
import { shippedPolicies } from '../support/policies.js';

const shipped = shippedPolicies();
const person = {
  traits: {},
  consents: [],
  engagement: nobodysEngagement,
  ledger: [],
  suppressions: {},
  unsubscribedAt: {},
  holds: [],
  places: [berlinPlace],
  timeZone: 'Europe/London',
};

function withConsent(name: MessageClass, needsConsent: boolean): Policies {
  const { classes } = shipped.classes;
  return { ...shipped, classes: { ...shipped.classes, classes: { ...classes, [name]: { ...classes[name], needsConsent } } } };
}

test.each([
  ['service', true, 'skip'],
  ['service', false, 'send'],
  ['transactional', false, 'send'],
  ['transactional', true, 'skip'],
] as const)('the policy decides whether a message of class %s needs consent: %s → %s', (name, needsConsent, kind) => {
  const request = sendRequest({ class: name });
  const facts = gateFacts(withConsent(name, needsConsent), person, request, {
    paused: null,
    reachable: { kind: 'ok' },
    content: { kind: 'ready' },
  });

  expect(decideSend(request, facts)).toMatchObject({ kind });
});

test.each([
  ['transactional', 'send'],
  ['marketing', 'withhold'],
] as const)('the policy decides whether the holdout goes without a message of class %s: %s', (name, kind) => {
  const request = sendRequest({ class: name });
  const facts = gateFacts(withConsent(name, false), { ...person, isInHoldout: true }, request, {
    paused: null,
    reachable: { kind: 'ok' },
    content: { kind: 'ready' },
  });

  expect(decideSend(request, facts)).toMatchObject({ kind });
});
