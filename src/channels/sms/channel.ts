import type { Reach, ReachOptions } from '../../domain/messages/channel-kind.js';
import { day, hour, minute } from '../../domain/time/instant.js';
import type { ChannelValue, OpenProvider, Surroundings } from '../channel-value.js';
import { checkPhone, countryOfPhone, normalisePhone } from './address.js';
import { textContent } from './content.js';
import { errorAction } from './error-codes.js';
import { smsSettings } from './settings.js';

/** Texts: the law says when they may go, each costs money, and one that may have left is never sent again (decision 008). */
export const sms = {
  id: 'sms',
  words: {
    one: 'text',
    many: 'texts',
    mass: 'texts',
    address: 'mobile number',
    shortAddress: 'number',
    ownAddress: 'phone number',
    accepted: 'The provider accepted the text.',
    cameBack: 'Texts to this number could not be delivered.',
    alsoCalled: ['sms', 'text', 'texts', 'txt', 'text_message', 'mms', 'phone', 'mobile'],
  },
  pages: { en: { title: 'By text', by: 'by text message' }, de: { title: 'Per SMS', by: 'per SMS' } },
  address: {
    keptIn: { column: 'phone' },
    suppressedAs: 'phone',
    normalise: normalisePhone,
    check: checkNumber,
    providerOf: () => null,
    countryOf: countryOfPhone,
  },
  form: 'plain',
  plain: textContent,
  templates: { confirm: 'double-opt-in-text', dataLink: 'data-link-text', freshLinks: null },
  staysHere: {
    code: 'texts-stay-here',
    sentence: 'Texts go to the local phone and reach nobody: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.',
  },
  unclear: { kind: 'ask', graceRealMs: 2 * minute },
  leavesWithoutLook: false,
  hours: {
    usual: '08:00-21:00',
    widest: { opens: 8 * 60, closes: 22 * 60 },
    // For somebody whose zone is unknown: the hours, in New York, that all states share.
    laws: [
      {
        country: 'US',
        countryName: 'the United States',
        called: 'federal',
        source: '47 CFR 64.1200(c)(1)',
        within: { opens: 8 * 60, closes: 21 * 60 },
        zoneUnknown: { opens: 14 * 60, closes: 18 * 60, clock: 'New York' },
      },
    ],
    validitySeconds: 3600,
  },
  readReport: ({ code }) => errorAction(code),
  stopsBy: 'word',
  ceiling: { windowMs: 7 * day, limit: 4 },
  tracking: { links: 'by-policy', tellsInterest: false, hasView: false },
  fallsBackTo: 'email',
  hasCountryBudget: true,
  deliveredAfterMs: null,
  hasBreakers: false,
  introducesItself: true,
  cartWithinMs: 48 * hour,
  settings: smsSettings,
  standIn: 'phone',
  open: async (around: Surroundings): Promise<OpenProvider> => (await import('./open.js')).openSms(around),
} as const satisfies ChannelValue;

function checkNumber(raw: string | null, { allowFictional, countries, country }: ReachOptions): Reach {
  const check = checkPhone(raw, { allowFictional, ...(country === undefined ? {} : { country }) });
  if (check.kind !== 'ok') return check;
  const of = countryOfPhone(check.e164);
  if (countries !== 'all' && (of === null || !countries.includes(of))) return { kind: 'no', code: 'country-not-served' };
  return { kind: 'ok', address: check.e164, ...(of === null ? {} : { country: of }) };
}
