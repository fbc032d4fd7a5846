import type { Receiver } from '../calls/call.js';
import type { Channel, MessageClass } from '../messages/channel.js';
import type { ShopHosts } from './shop-address.js';
import type { ShopLook } from './shop-look.js';

/** Who an email says it is from, and where an answer goes. */
export interface EmailSender {
  readonly name: string;
  readonly address: string;
  /** Null: answers go to `address`. */
  readonly replyTo: string | null;
}

/** Who the shop is, from `shop.yaml` (`src/project/shop.ts` parses it). No secrets: those are settings. */
export interface Shop {
  /** The legal name that stands above the postal address. */
  readonly name: string;
  /** The name customers know; every text begins with it. */
  readonly brand: string;
  /** IANA zone of the business; the zone of last resort for a person without one. */
  readonly timeZone: string;
  /** ISO 3166 country, upper case; phone numbers without a prefix are read as from here. */
  readonly country: string;
  /** BCP 47 tag such as `en-GB`: the language of people whose own is not offered, and how its numbers and dates look. */
  readonly locale: string;
  /** Languages that every template must come in, such as `en` and `de`; the language of `locale` is among them. */
  readonly locales: readonly string[];
  /** ISO 4217, upper case; for amounts that name none. */
  readonly currency: string;
  /** One line each, as it stands at the foot of marketing emails. */
  readonly postalAddress: readonly string[];
  readonly siteUrl: string;
  /** Where links that tell may lead, and from where pictures and links that a browser names are shown: the site's host and `link_hosts`. */
  readonly hosts: ShopHosts;
  readonly supportUrl: string;
  readonly supportEmail: string;
  readonly look: ShopLook;
  readonly from: Readonly<Record<MessageClass, EmailSender>>;
  /** E.164 number, Twilio Messaging Service (`MG…`) or, where the country allows it, a name of up to 11 letters and digits. */
  readonly smsSender: Readonly<Record<MessageClass, string>>;
  /** Countries to which texts go (ISO 3166), and how many go to each of them within an hour at most. */
  readonly texts: { readonly countries: readonly string[]; readonly perHour: number };
  /** Where the shop restores a cart: a web address with `{{token}}` for the cart's token, or `{{lines}}` for what is in it. */
  readonly cartLink: string;
  /** The team's mailboxes and the shop's own programs, by the names that journeys use. Absent: none. */
  readonly receivers?: Readonly<Record<string, Receiver>>;
  /** The only addresses that a test send may go to. */
  readonly testAddresses: Readonly<Record<Channel, readonly string[]>>;
}

/**
 * The shop's page that restores this cart: with its token (percent-encoded), or with its lines as `variant:quantity,variant:quantity`,
 * which is how Shopify's cart links are made. The shop's site where the cart lacks what the link needs.
 */
export function restoreCartUrl(
  shop: Pick<Shop, 'cartLink' | 'siteUrl'>,
  cart: { readonly token: string | null; readonly lines: readonly { readonly variant: string; readonly quantity: number }[] },
): string {
  const lines = cart.lines
    .filter(({ variant }) => variant !== '')
    .map(({ variant, quantity }) => `${encodeURIComponent(variant)}:${quantity}`);
  const filled: Readonly<Record<string, string>> = { token: encodeURIComponent(cart.token ?? ''), lines: lines.join(',') };
  const lacks = [...shop.cartLink.matchAll(cartPlaces)].some(([, place = '']) => filled[place] === '');
  return lacks ? shop.siteUrl : shop.cartLink.replace(cartPlaces, (_whole, place: string) => filled[place] ?? '');
}

const cartPlaces = /\{\{\s*(token|lines)\s*\}\}/g;
