import { shownCart } from '../../domain/carts/shown-lines.js';
import type { RenderContext } from '../../domain/messages/rendering.js';
import { restoreCartUrl } from '../../domain/shop/shop.js';
import { templateExamples } from '../../knowledge/templates.js';
import { type CartView, findCanonicalProfile, readCarts, readProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { personTimeZone } from '../people/read-person.js';

/**
 * What a template would get for this person now: their traits, their newest cart, links that lead to the shop's own pages and change
 * nothing. Null: there is no such profile.
 */
export async function previewContext(deps: Pick<AppDeps, 'store' | 'shop' | 'clock'>, profileId: string): Promise<RenderContext | null> {
  const id = await findCanonicalProfile(deps.store.db, profileId);
  const profile = id === null ? null : await readProfile(deps.store.db, id);
  if (id === null || profile === null) return null;
  const [cart] = await readCarts(deps.store.db, id);
  const text = (name: string): string | null => (typeof profile.traits[name] === 'string' ? (profile.traits[name] as string) : null);
  return {
    profile: { firstName: text('firstName') ?? text('first_name'), locale: text('locale') ?? text('language'), traits: profile.traits },
    cart: cart === undefined ? null : cartOf(cart, deps.shop),
    links: { unsubscribe: deps.shop.siteUrl, preferences: deps.shop.siteUrl, view: deps.shop.siteUrl, quiz: deps.shop.siteUrl },
    data: {},
    // As in the examples: a preview asks nobody.
    known: templateExamples(),
    isFirstSms: true,
    at: deps.clock.now(),
    timeZone: await personTimeZone(deps, id),
  };
}

function cartOf(cart: CartView, shop: AppDeps['shop']): NonNullable<RenderContext['cart']> {
  return { ...shownCart(cart, shop.currency), url: restoreCartUrl(shop, cart) };
}
