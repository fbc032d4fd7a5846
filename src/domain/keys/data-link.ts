import type { Instant } from '../time/instant.js';

/** What a link to somebody's data says. */
export interface DataLinkSays {
  readonly profileId: string;
  /** To the second. */
  readonly madeAt: Instant;
  /** How the keyed hash of the address begins that it was sent to. */
  readonly mark: string;
}

const markLength = 16;

/** Profile, seconds since 1970 in base 36, mark: what is signed. */
export function dataLinkId(link: { readonly profileId: string; readonly madeAt: Instant; readonly hash: string }): string {
  return `${link.profileId}-${Math.floor(link.madeAt / 1000).toString(36)}-${link.hash.slice(0, markLength)}`;
}

/** Null: it is none. */
export function readDataLinkId(id: string): DataLinkSays | null {
  const [, profileId, seconds, mark] = /^(.+)-([0-9a-z]{1,9})-([0-9a-f]{16})$/.exec(id) ?? [];
  if (profileId === undefined || seconds === undefined || mark === undefined) return null;
  return { profileId, madeAt: Number.parseInt(seconds, 36) * 1000, mark };
}
