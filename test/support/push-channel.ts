import type { ChannelKind } from '../../src/domain/messages/channel-kind.js';
import { day } from '../../src/domain/time/instant.js';

/** A third channel as somebody would add it: a value. It goes to the trait `push_token`, at any hour, and may be repeated. */
export const push = {
  id: 'push',
  words: {
    one: 'push',
    many: 'pushes',
    mass: 'pushes',
    address: 'device',
    shortAddress: 'device',
    ownAddress: 'device',
    accepted: 'The push service took it.',
    cameBack: 'The device is gone.',
    alsoCalled: ['push', 'web_push'],
  },
  pages: { en: { title: 'By push', by: 'by push' }, de: { title: 'Per Push', by: 'per Push' } },
  address: {
    keptIn: { trait: 'push_token' },
    suppressedAs: 'device',
    normalise: (raw) => (/^\S{4,200}$/.test(raw) ? raw : null),
    check: (raw) => (raw === null ? { kind: 'no', code: 'no-address' } : { kind: 'ok', address: raw }),
    providerOf: () => null,
    countryOf: () => null,
  },
  form: 'plain',
  templates: { confirm: null, dataLink: null, freshLinks: null },
  staysHere: null,
  unclear: { kind: 'repeat', said: 'No answer came; the same push goes once more.' },
  leavesWithoutLook: true,
  hours: { usual: 'any', widest: null, laws: [], validitySeconds: null },
  readReport: ({ status }) => (status === 'gone' ? { kind: 'suppress', reason: 'invalid-address', messages: 1, codes: [] } : null),
  stopsBy: 'link',
  ceiling: { windowMs: 7 * day, limit: 10 },
  tracking: { links: 'always', tellsInterest: false, hasView: false },
  fallsBackTo: null,
  hasCountryBudget: false,
  hasBreakers: false,
  introducesItself: false,
  cartWithinMs: null,
} as const satisfies ChannelKind;
