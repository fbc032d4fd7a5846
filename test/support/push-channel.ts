import { z } from 'zod';
import { channelSettings } from '../../src/channels/channel-settings.js';
import type { ChannelValue, OpenProvider, Surroundings } from '../../src/channels/channel-value.js';
import { day } from '../../src/domain/time/instant.js';

const pushSettings = channelSettings({
  table: {
    PUSH_SERVICE_URL: { schema: z.url().optional(), meaning: 'Where pushes are sent.' },
    PUSH_SERVICE_TOKEN: { schema: z.string().optional(), secret: true, meaning: 'Token of the push service.' },
  },
  provider: 'PUSH_SERVICE_URL',
  providerUrl: ({ PUSH_SERVICE_URL }) => PUSH_SERVICE_URL,
  conflicts: ({ PUSH_SERVICE_URL, PUSH_SERVICE_TOKEN }) =>
    (PUSH_SERVICE_URL === undefined) === (PUSH_SERVICE_TOKEN === undefined) ? [] : ['PUSH_SERVICE_URL and PUSH_SERVICE_TOKEN go together.'],
});

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
  plain: {
    tidy: (text) => text.trim(),
    measure: () => ({ segments: 1, encoding: 'UTF-8' }),
    longest: 4000,
    maxSegments: 1,
    paysByLength: false,
    senderOf: ({ brand }) => brand,
    check: (body) => (body.length > 240 ? [{ severity: 'warning', message: 'phones cut it.', suggestion: 'Shorten it.' }] : []),
  },
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
  deliveredAfterMs: null,
  hasBreakers: false,
  introducesItself: false,
  cartWithinMs: null,
  settings: pushSettings,
  standIn: null,
  open: async ({ settings }: Surroundings): Promise<OpenProvider> =>
    (await import('./push-provider.js')).openPush(pushSettings.of(settings)),
} as const satisfies ChannelValue;
