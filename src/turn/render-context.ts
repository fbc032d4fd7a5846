import { shownCart } from '../domain/carts/shown-lines.js';
import type { RenderContext } from '../domain/messages/rendering.js';
import { textTrait } from '../domain/people/text-trait.js';
import { originOf } from '../journey/internal.js';
import type { Knowledge } from './knowledge.js';
import type { TurnWorld } from './world.js';

/** What the template of a message may read. `links`: of this very message; `told`: what it asks beside. */
export function renderContext(
  world: TurnWorld,
  { timeZone }: Knowledge,
  links: {
    readonly cart: string;
    readonly unsubscribe: string;
    readonly preferences: string;
    readonly view?: string;
    readonly quiz?: string;
  },
  told: Readonly<Record<string, unknown>> = {},
): RenderContext {
  const { profile, cart, entry, facts, shop, at } = world;
  const { unsubscribe, preferences, view, quiz } = links;
  return {
    profile: {
      firstName: textTrait(profile, 'firstName') ?? textTrait(profile, 'first_name'),
      locale: textTrait(profile, 'locale') ?? textTrait(profile, 'language'),
      traits: profile.traits,
    },
    cart: cart === null ? null : { ...shownCart(cart, shop.currency), url: links.cart },
    links: { unsubscribe, preferences, ...(view === undefined ? {} : { view }), ...(quiz === undefined ? {} : { quiz }) },
    data: originOf(entry.journeyId) === 'journey' ? {} : entry.data.trigger,
    known: told,
    isFirstSms: !facts.textedBefore,
    at,
    timeZone,
  };
}
