import type { ConsentRecord } from '../domain/consent/consent.js';
import type { Tier } from '../domain/engagement/engagement-tier.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import { day } from '../domain/time/instant.js';

/** An invented person, as they are when the story begins. */
export interface Persona {
  readonly name: string;
  /** Has the shop a user id for them? */
  readonly identified: boolean;
  /** `email`, `phone`, `timezone`, `country` count as they do for a real profile. */
  readonly traits: Readonly<Record<string, unknown>>;
  readonly consents: readonly ConsentRecord[];
  /** How engaged they are. Absent: as their consents make it. */
  readonly tier?: Tier;
  /** The arm that they are to get, by experiment. Absent: as they are drawn. */
  readonly arms?: Readonly<Record<string, string>>;
  /** Suppressed addresses, with the reason. */
  readonly suppressed: Readonly<Partial<Record<Channel, string>>>;
  /** Why a message could not reach them although there is an address: `not-mobile`. */
  readonly unreachable: Readonly<Partial<Record<Channel, string>>>;
  /** Marketing messages that were sent before the story begins. */
  readonly messagesBefore: readonly { readonly channel: Channel; readonly topic: string; readonly at: Instant }[];
  /** Orders before the story begins. */
  readonly ordersBefore: readonly Instant[];
}

/** People whom every scenario may name. The instants of their consents are days before `startAt`. */
const cast = {
  /** Signed up for emails only. */
  subscriber: { identified: true, phone: false, consents: [['email', 'marketing']] },
  /** Signed up for emails and, by name, for cart reminders as texts. */
  'mobile-subscriber': {
    identified: true,
    phone: true,
    consents: [
      ['email', 'marketing'],
      ['sms', 'cart_reminder'],
    ],
  },
  /** Known to the shop, and never agreed to anything. */
  'account-holder': { identified: true, phone: true, consents: [] },
  /** A visitor whom the shop cannot name. */
  visitor: { identified: false, phone: false, consents: [] },
} satisfies Record<string, { identified: boolean; phone: boolean; consents: readonly (readonly [Channel, string])[] }>;

type PersonaName = keyof typeof cast;
export const personaNames = Object.keys(cast) as readonly PersonaName[];

/**
 * One of the cast, with consent given 10 days before the story: new, unless the scenario says a tier. Addresses are reserved for
 * documentation and drama.
 * `as`: under a name, at a place among the people of the scenario, with addresses of their own.
 */
export function castPersona(name: PersonaName, startAt: Instant, as?: { readonly name: string; readonly place: number }): Persona {
  const { identified, phone, consents } = cast[name];
  const firstName = as === undefined ? 'Robin' : `${as.name.charAt(0).toUpperCase()}${as.name.slice(1)}`;
  const mailbox = as === undefined ? 'robin' : `${as.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.${as.place + 1}`;
  return {
    name: as?.name ?? name,
    identified,
    traits: {
      ...(identified ? { firstName, email: `${mailbox}@customer.example` } : {}),
      ...(phone ? { phone: `+447700900${String(as === undefined ? 123 : 200 + (as.place % 800)).padStart(3, '0')}` } : {}),
    },
    consents: consents.map(([channel, topic]) => ({
      channel,
      topic,
      state: 'granted',
      at: startAt - 10 * day,
      method: 'form',
      source: 'scenario',
    })),
    suppressed: {},
    unreachable: {},
    messagesBefore: [],
    ordersBefore: [],
  };
}
