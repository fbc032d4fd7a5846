import type { Link } from '../../domain/keys/link-token.js';
import type { TrackedPart } from '../../domain/tracking/tracking-token.js';
import { anchor, decodeEntities, encodeEntities, href } from '../anchors.js';

export interface ViewedFrom {
  /** Addresses by number, as `trackDesigned` gave them. */
  readonly links: readonly string[];
  readonly readLink: (token: string) => Link | null;
  readonly readTracked: (token: string) => TrackedPart | null;
  /** Where the cart's link leads in the copy. */
  readonly siteUrl: string;
  /** Where who wants to unsubscribe or to choose types an address. */
  readonly askUrl: string;
}

/**
 * A mail as its page in the browser shows it: without what tells of looking, and without a link that acts for the person. People pass such
 * a page on, so it is nothing but a picture of the mail: the cart's link leads to the shop, the ones to unsubscribe and to choose to a form
 * that asks for an address. What a link is says its signature, whatever host it was made for.
 */
export function viewedCopy(html: string, from: ViewedFrom): string {
  const visible = html
    // What only Outlook reads has links too.
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<(script|iframe|object|form)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<a\s[^>]*\saria-hidden="true"[^>]*><\/a>/gi, (tag) => (leadsToOurs(tag, from) ? '' : tag))
    .replace(/<a\s[^>]*>[^<]*<\/a>(?:<br \/>)?/gi, (element) => (isViewLink(element, from) ? '' : element))
    .replace(anchor, (tag) => withShownAddress(tag, from));
  return visible
    .replace(/<img\s[^>]*>/gi, (tag) => (leadsToOurs(tag, from) ? '' : tag))
    .replace(webAddress, (address) => (purposeOf(address, from) === null ? address : from.siteUrl));
}

const webAddress = /https?:\/\/[^\s"'<>]+/gi;

function withShownAddress(tag: string, from: ViewedFrom): string {
  const [whole, double, single, bare] = href.exec(tag) ?? [];
  if (whole === undefined) return tag;
  const shown = shownAddress(decodeEntities(double ?? single ?? bare ?? ''), from);
  return tag.replace(whole, () => (shown === null ? '' : ` href="${encodeEntities(shown)}"`));
}

/** Null: it leads nowhere in the copy. */
function shownAddress(address: string, from: ViewedFrom): string | null {
  const purpose = purposeOf(address, from);
  if (purpose === null) return address;
  if (typeof purpose === 'number') {
    const behind = from.links[purpose];
    return behind === undefined || typeof purposeOf(behind, from) === 'number' ? null : shownAddress(behind, from);
  }
  switch (purpose) {
    case 'cart':
      return from.siteUrl;
    case 'unsubscribe':
    case 'preferences':
      return from.askUrl;
    case 'confirm':
    case 'data':
    case 'view':
    case 'quiz':
    case 'open':
      return null;
  }
}

/** What an address of ours is for; the number of a link that tells; null: it is none of ours. */
function purposeOf(address: string, from: ViewedFrom): Link['purpose'] | 'open' | number | null {
  const [, token] = /\/[a-z]\/([^/?#]+)/i.exec(address) ?? [];
  if (token === undefined) return null;
  const tracked = from.readTracked(token);
  return tracked === null ? (from.readLink(token)?.purpose ?? null) : (tracked.link ?? 'open');
}

function leadsToOurs(tag: string, from: ViewedFrom): boolean {
  return [...tag.matchAll(webAddress)].some(([address]) => purposeOf(address, from) !== null);
}

function isViewLink(element: string, from: ViewedFrom): boolean {
  const [, double, single, bare] = href.exec(element) ?? [];
  return purposeOf(decodeEntities(double ?? single ?? bare ?? ''), from) === 'view';
}
