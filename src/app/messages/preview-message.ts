import { shownCart } from '../../domain/carts/shown-lines.js';
import { open } from '../../domain/keys/sealed.js';
import type { RenderContext } from '../../domain/messages/rendering.js';
import { restoreCartUrl } from '../../domain/shop/shop.js';
import type { EntryId, ProfileId } from '../../domain/values/ids.js';
import { askedByTemplate, templateExamples } from '../../knowledge/templates.js';
import { readKnowledge } from '../../store/knowledge.js';
import { type CartView, findCanonicalProfile, readCarts, readProfile } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';
import { personTimeZone } from '../people/read-person.js';

/**
 * What a template would get for this person now: their traits, their newest cart, links that lead to the shop's own pages and change
 * nothing. `asks`: what the template asks beside (`Renderer.asks`). Null: there is no such profile.
 */
export async function previewContext(
  deps: Pick<AppDeps, 'store' | 'shop' | 'clock' | 'secret'>,
  profileId: string,
  asks: readonly string[],
): Promise<RenderContext | null> {
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
    // As in the examples, but for what would be recommended.
    known: { ...templateExamples(), ...(await recommendedTo(deps, id as ProfileId, asks)) },
    isFirstSms: true,
    at: deps.clock.now(),
    timeZone: await personTimeZone(deps, id),
  };
}

function cartOf(cart: CartView, shop: AppDeps['shop']): NonNullable<RenderContext['cart']> {
  return { ...shownCart(cart, shop.currency), url: restoreCartUrl(shop, cart) };
}

/** What a message would choose from; nothing where no product is known. */
async function recommendedTo(
  deps: Pick<AppDeps, 'store' | 'clock' | 'secret'>,
  id: ProfileId,
  asks: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const asked = askedByTemplate(
    asks.filter((name) => name.startsWith('recommendations')),
    deps.clock.now(),
    (name, sealed) => open(deps.secret, name, sealed),
  );
  const { recommendations } = await readKnowledge(deps.store.db, asked, {
    entry: { id: nobodys },
    profile: { id, email: null, phone: null },
  });
  return recommendations === null || recommendations === undefined || recommendations.products.length === 0 ? {} : { recommendations };
}

/** A preview is of no entry. */
const nobodys = '' as EntryId;
