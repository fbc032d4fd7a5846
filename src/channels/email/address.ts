import { domainToASCII } from 'node:url';
import { remembered } from '../../domain/values/remembered.js';

/** May mail go to this address? `address` is trimmed, with the domain in lower-case ASCII; a code says why not. */
export type EmailCheck =
  | { readonly kind: 'ok'; readonly address: string }
  | { readonly kind: 'no'; readonly code: 'no-address' | 'invalid-address' };

// Deliberately narrower than RFC 5321: no quoted local parts, no comments, no group syntax. What passes can be put into
// an envelope and a header without becoming a second recipient.
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const domainLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Checks the form of an address, never whether the mailbox exists. Never throws. */
export function checkEmail(text: string | null | undefined): EmailCheck {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return { kind: 'no', code: 'no-address' };
  // Before the domain is turned into ASCII: that takes time with the square of its length.
  if (trimmed.length > longestEmail) return { kind: 'no', code: 'invalid-address' };
  const at = trimmed.lastIndexOf('@');
  const local = trimmed.slice(0, at);
  const domain = toAscii(trimmed.slice(at + 1));
  const labels = domain.split('.');
  const isSound =
    at > 0 &&
    local.length <= 64 &&
    local.length + domain.length < 254 &&
    localPart.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => domainLabel.test(label)) &&
    /[a-z]/.test(labels.at(-1) ?? '');
  return isSound ? { kind: 'ok', address: `${local}@${domain}` } : { kind: 'no', code: 'invalid-address' };
}

/** Most people have their mailbox at one of a few domains. */
const toAscii = remembered(domainToASCII, 1_000);

/** Characters of an address (RFC 3696): 64 before the @, 255 behind it. */
const longestEmail = 320;

/**
 * One spelling per mailbox: trimmed, lower case, domain in its ASCII form. Dots and plus tags stay, they are other mailboxes to some. Null:
 * no address.
 */
export function normaliseEmail(raw: string): string | null {
  const text = raw.trim();
  if (text.length > longestEmail) return null;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at).toLowerCase();
  if (at < 1 || /[\s,;<>]/.test(local)) return null;
  const domain = asciiDomain(text.slice(at + 1));
  return domain === null ? null : `${local}@${domain}`;
}

const asciiDomain = remembered((domain: string): string | null => {
  if (!/^[^\s@/:?#[\]\\]+$/.test(domain)) return null;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return null;
  }
}, 1_000);
