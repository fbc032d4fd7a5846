import { timingSafeEqual } from 'node:crypto';

/**
 * Whether a signature, base64url as RFC 4648 §5 writes it without padding, is this one; takes the same time for every wrong one. The texts
 * are compared, not the bytes: the last character has bits that decode to nothing, and a signature has one way to be written.
 */
export function isSameMac(expected: Buffer, given: string): boolean {
  const ours = Buffer.from(expected.toString('base64url'));
  const theirs = Buffer.from(given);
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}
