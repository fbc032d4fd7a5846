import { leadsToShop, type ShopHosts } from '../domain/shop/shop-address.js';
import { hiddenLink } from '../domain/tracking/human-click.js';
import { trimEnd } from '../domain/values/trim-end.js';
import { anchor, decodeEntities, href } from './anchors.js';

/** A message with links that tell. */
export interface TrackedDesign {
  readonly html: string;
  readonly text: string;
  /** Addresses by number; the one at 0 is where the hidden link leads. */
  readonly links: readonly string[];
}

export interface TrackingAddresses {
  /** Our own address for a link, by its number. */
  readonly linkUrl: (link: number) => string;
  readonly pictureUrl: string;
  /** Ours, without a slash at the end: our pages keep their addresses, all but the cart's. */
  readonly publicUrl: string;
  /** The shop's site: the target of the hidden link. */
  readonly siteUrl: string;
  /** Links elsewhere stay as they are: ours lead to the shop and to nobody else. */
  readonly hosts: ShopHosts;
}

/**
 * Puts addresses of ours in the place of those that a designed message links to, and a hidden link and a picture at its end. Left as they
 * are: links to our pages (unsubscribe, preferences), links that do not lead to the shop, what is no web address, and what is marked
 * `data-no-track`. One address has one number, wherever it stands; the same message gives the same bytes.
 */
export function trackDesigned(email: { readonly html: string; readonly text: string }, addresses: TrackingAddresses): TrackedDesign {
  const numbers = new LinkNumbers(addresses);
  const untracked = new Set<string>();
  const html = email.html.replace(anchor, (tag) => {
    const [whole, double, single, bare] = href.exec(tag) ?? [];
    if (whole === undefined) return tag;
    const address = decodeEntities(double ?? single ?? bare ?? '');
    if (noTrack.test(tag)) untracked.add(address);
    const number = untracked.has(address) ? null : numbers.of(address);
    return number === null ? tag : tag.replace(whole, () => ` href="${addresses.linkUrl(number)}"`);
  });
  const text = trackText(email.text, (address) => (untracked.has(address) ? null : numbers.of(address)), addresses.linkUrl);
  return { html: withTail(html, hiddenAnchor(addresses) + picture(addresses)), text, links: numbers.addresses() };
}

/** A body alone; `onlyShorter`: where an address of ours is no longer than the one in its place. Null: nothing in it is. */
export function trackPlain(
  body: string,
  addresses: TrackingAddresses,
  { onlyShorter }: { readonly onlyShorter: boolean },
): { readonly body: string; readonly links: readonly string[] } | null {
  const numbers = new LinkNumbers(addresses);
  const tracked = trackText(body, (address) => (mayStand(address) ? numbers.of(address) : null), addresses.linkUrl);
  return tracked === body ? null : { body: tracked, links: numbers.addresses() };

  function mayStand(address: string): boolean {
    return !onlyShorter || addresses.linkUrl(1).length <= address.length;
  }
}

/** Numbers addresses as they are met. */
class LinkNumbers {
  readonly #addresses: string[];
  readonly #numbers = new Map<string, number>();
  readonly #publicUrl: string;
  readonly #hosts: ShopHosts;

  constructor({ publicUrl, siteUrl, hosts }: TrackingAddresses) {
    this.#publicUrl = publicUrl;
    this.#hosts = hosts;
    this.#addresses = [siteUrl];
  }

  /** Null: no address of the web, a page of ours, or one that does not lead to the shop. */
  of(written: string): number | null {
    if (!/^https?:\/\//i.test(written.trim()) || !URL.canParse(written)) return null;
    const address = new URL(written).href;
    const ownPath = address.startsWith(`${this.#publicUrl}/`) ? address.slice(this.#publicUrl.length) : null;
    if (ownPath === null ? !leadsToShop(this.#hosts, address) : !ownPath.startsWith('/c/')) return null;
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    const number = this.#addresses.push(address) - 1;
    this.#numbers.set(address, number);
    return number;
  }

  addresses(): readonly string[] {
    return this.#addresses;
  }
}

const noTrack = /\sdata-no-track(?=[\s=/>])/i;

function trackText(text: string, numberOf: (address: string) => number | null, linkUrl: (link: number) => string): string {
  return text.replace(/https?:\/\/[^\s<>"]+/g, (written) => {
    // What ends the sentence is not part of the address.
    const address = trimEnd(written, (character) => '.,;:!?)]'.includes(character));
    const number = numberOf(address);
    return number === null ? written : linkUrl(number) + written.slice(address.length);
  });
}

/** Nobody sees it, no screen reader reads it out, no key leads to it. The text part has none. */
function hiddenAnchor({ linkUrl }: TrackingAddresses): string {
  return `<a href="${linkUrl(hiddenLink)}" aria-hidden="true" tabindex="-1" rel="nofollow" style="display:none;font-size:0;line-height:0;max-height:0;mso-hide:all"></a>`;
}

function picture({ pictureUrl }: TrackingAddresses): string {
  return `<img src="${pictureUrl}" alt="" width="1" height="1" style="display:block;width:1px;height:1px;border:0" />`;
}

function withTail(html: string, tail: string): string {
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end === -1 ? html + tail : html.slice(0, end) + tail + html.slice(end);
}
