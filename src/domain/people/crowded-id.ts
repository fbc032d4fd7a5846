import { day } from '../time/instant.js';

/**
 * A user id that collects many people within a day belongs to nobody: it is an unknown name for guests (`visitor`, `tmp`), or the id of a
 * till. It joins no more people, because the next visitor would get emails about the cart of the one before.
 */

/** So many browsers and addresses a person may bring to one user id within a day. */
export const crowdLimits = { browsers: 10, addresses: 4 } as const;
export const crowdWindowMs = day;
/** It stays a placeholder this long after it last looked like one: a shop that uses it for guests does so every day. */
export const crowdedForMs = 7 * day;

/** What a user id has collected in the last day. Personal data. */
export interface Crowd {
  /** It was found to be one in the last days. */
  readonly isListed: boolean;
  readonly browsers: number;
  /** Emails, in lower case. */
  readonly addresses: ReadonlySet<string>;
}

export const nobodyYet: Crowd = { isListed: false, browsers: 0, addresses: new Set() };

/** What an identify or alias would bring to a user id. `browser`: one that is not theirs yet. */
export interface Newcomer {
  readonly isNewBrowser: boolean;
  /** In lower case; null: the event tells none. */
  readonly address: string | null;
}

/** The crowd with the newcomer in it; null: it is more than one person has, so nobody is to be joined. */
export function withNewcomer(crowd: Crowd, { isNewBrowser, address }: Newcomer): Crowd | null {
  const isNewAddress = address !== null && !crowd.addresses.has(address);
  if (!isNewBrowser && !isNewAddress) return crowd;
  const browsers = crowd.browsers + (isNewBrowser ? 1 : 0);
  const addresses = isNewAddress ? new Set([...crowd.addresses, address]) : crowd.addresses;
  return crowd.isListed || browsers > crowdLimits.browsers || addresses.size > crowdLimits.addresses
    ? null
    : { ...crowd, browsers, addresses };
}
