import { day } from '../time/instant.js';
import type { ChannelKind } from './channel-kind.js';
import type { PlainContent } from './plain-content.js';

/** Nothing of it is ever sent. */
export const nothingSent: PlainContent = {
  tidy: () => '',
  measure: () => ({ segments: 0, encoding: '' }),
  longest: 0,
  maxSegments: 0,
  paysByLength: false,
  senderOf: ({ brand }) => brand,
  check: () => [],
};

/** What is so of a channel that this build does not know: nobody has an address on it, and nothing of it is sent twice. */
export function unknownChannel(id: string): ChannelKind {
  const page = { title: id, by: id };
  return {
    id,
    words: {
      one: `message by ${id}`,
      many: `messages by ${id}`,
      mass: `messages by ${id}`,
      address: `address for ${id}`,
      shortAddress: 'address',
      ownAddress: `address for ${id}`,
      accepted: 'The provider accepted the message.',
      cameBack: 'A message to this address bounced.',
      alsoCalled: [],
    },
    pages: { en: page, de: page },
    address: {
      keptIn: { trait: '' },
      suppressedAs: id,
      normalise: () => null,
      check: () => ({ kind: 'no', code: 'unknown-channel' }),
      providerOf: () => null,
      countryOf: () => null,
    },
    form: 'plain',
    plain: nothingSent,
    templates: { confirm: null, dataLink: null, freshLinks: null },
    staysHere: null,
    unclear: { kind: 'ask', graceRealMs: 0 },
    leavesWithoutLook: false,
    hours: { usual: 'any', widest: null, laws: [], validitySeconds: null },
    readReport: () => null,
    stopsBy: 'link',
    ceiling: { windowMs: day, limit: 0 },
    tracking: { links: 'by-policy', tellsInterest: false, hasView: false },
    fallsBackTo: null,
    hasCountryBudget: false,
    deliveredAfterMs: null,
    hasBreakers: false,
    introducesItself: false,
    cartWithinMs: null,
  };
}
