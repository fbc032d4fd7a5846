import { objections } from '../domain/keys/browser-word.js';
import { trustOf } from '../domain/keys/speaker.js';
import type { IdentifyingEvent } from '../domain/people/identity.js';
import { checkoutAddress } from './checkout-address.js';
import { refusesSomething } from './meanings/index.js';
import type { Understood } from './read-event.js';

/** What an event says of who somebody is, and how far it is believed. */
export function identifying({ event, incoming, meanings }: Understood): IdentifyingEvent {
  const { traits } = event;
  const refuses = meanings.some(refusesSomething) || objections.some((name) => traits[name] === false);
  const addresses = event.type === 'identify' ? [traits['email'], traits['phone']] : Object.values(checkoutAddress({ event, meanings }));
  const bringsAddress = addresses.some((value) => (value ?? null) !== null);
  return { ...event, trust: trustOf(incoming.speaker), refuses, bringsAddress };
}
