import { dataIn } from '../domain/messages/data-words.js';
import type { RenderContext } from '../domain/messages/rendering.js';
import { greetingName, isProgramWord, nameInMail } from '../domain/people/person-name.js';
import { plainName } from '../domain/people/plain-name.js';
import type { Shop } from '../domain/shop/shop.js';
import type { Palette } from '../domain/shop/shop-look.js';
import { languageOf } from '../domain/values/language-tag.js';

/** What templates may say about the shop. */
type ShopWords = Pick<Shop, 'name' | 'brand' | 'postalAddress' | 'siteUrl' | 'supportUrl' | 'supportEmail' | 'look'>;

/** All that a template can name. `locale` is the tag that money and dates are written in, such as `de-AT`. */
/** Without a total there is nothing to print, and nothing that is missing. */
type ShownCart = Omit<NonNullable<RenderContext['cart']>, 'value'> & { readonly value: number | '' };
type TemplateScope = Omit<RenderContext, 'cart' | 'known'> & {
  readonly cart: ShownCart | null;
  readonly shop: ShopWords;
  readonly locale: string;
};

/** The shape of a value: a plain value, anything, a list, or an object by its keys. */
export type Shape = 'value' | 'any' | { readonly list: Shape } | { readonly keys: { readonly [key: string]: Shape } };

type ShapeOf<T> = T extends string | number | boolean
  ? 'value'
  : T extends readonly (infer Element)[]
    ? { readonly list: ShapeOf<NonNullable<Element>> }
    : string extends keyof T
      ? 'any'
      : { readonly keys: { readonly [Key in keyof T]-?: ShapeOf<NonNullable<T[Key]>> } };

const palette = {
  ground: 'value',
  paper: 'value',
  panel: 'value',
  ink: 'value',
  title: 'value',
  soft: 'value',
  line: 'value',
  accent: 'value',
  onAccent: 'value',
} as const satisfies Record<keyof Palette, 'value'>;

/** The names that lint knows. The compiler holds it to RenderContext: a field added there must be named here. */
export const knownVariables: ShapeOf<TemplateScope> & Shape = {
  keys: {
    profile: { keys: { firstName: 'value', locale: 'value', traits: 'any' } },
    cart: {
      keys: {
        lines: {
          list: {
            keys: {
              name: 'value',
              quantity: 'value',
              price: 'value',
              imageUrl: 'value',
              url: 'value',
              currency: 'value',
              isNamed: 'value',
            },
          },
        },
        value: 'value',
        currency: 'value',
        url: 'value',
      },
    },
    links: { keys: { unsubscribe: 'value', preferences: 'value', view: 'value', quiz: 'value' } },
    data: 'any',
    isFirstSms: 'value',
    at: 'value',
    timeZone: 'value',
    locale: 'value',
    shop: {
      keys: {
        name: 'value',
        brand: 'value',
        postalAddress: { list: 'value' },
        siteUrl: 'value',
        supportUrl: 'value',
        supportEmail: 'value',
        look: {
          keys: {
            logo: { keys: { url: 'value', width: 'value' } },
            light: { keys: palette },
            dark: { keys: palette },
            fonts: { keys: { headline: 'value', body: 'value' } },
            social: { list: { keys: { name: 'value', url: 'value' } } },
          },
        },
      },
    },
  },
};

/** The shape of an example: what a template may read of data like it. */
export function shapeOf(example: unknown): Shape {
  if (Array.isArray(example)) return { list: example.length === 0 ? 'any' : shapeOf(example[0]) };
  if (example === undefined) return { keys: {} };
  if (example === null) return 'any';
  if (typeof example !== 'object') return 'value';
  return { keys: Object.fromEntries(Object.entries(example).map(([key, value]) => [key, shapeOf(value)])) };
}

/**
 * The scope that Liquid sees. What is null in the context is absent here, so that strict variables catch it:
 * a greeting to nobody is a refusal unless the template says `| default:` or asks with `if`.
 */
export function templateScope(context: RenderContext, shop: Shop, locale: string): Record<string, unknown> {
  const { profile, cart, known = {}, ...others } = context;
  const scope = withoutNulls({
    ...known,
    ...others,
    data: dataIn(locale, context.data),
    profile: {
      ...profile,
      firstName: profile.firstName === null ? null : greetingName(profile.firstName),
      traits: withPlainNames(profile.traits),
    },
    cart:
      cart === null
        ? null
        : {
            ...cart,
            value: cart.value ?? '',
            lines: cart.lines.map((line) => ({ ...shownLine(line, locale), currency: line.currency ?? cart.currency })),
          },
    locale,
  } satisfies Omit<TemplateScope, 'shop'>) as Record<string, unknown>;
  scope['shop'] = shopWords(shop);
  return scope;
}

/** The same for every mail until the shop publishes others, which replaces them in place. */
function shopWords(shop: Shop): unknown {
  const { name, brand, postalAddress, siteUrl, supportUrl, supportEmail, look } = shop;
  const words: ShopWords = { name, brand, postalAddress, siteUrl, supportUrl, supportEmail, look };
  const known = shopsShown.get(shop);
  if (known !== undefined && isSame(known.words, words)) return known.shown;
  const shown = withoutNulls(words);
  shopsShown.set(shop, { words, shown });
  return shown;
}

const shopsShown = new WeakMap<Shop, { readonly words: ShopWords; readonly shown: unknown }>();

function isSame(one: ShopWords, other: ShopWords): boolean {
  return (Object.keys(other) as (keyof ShopWords)[]).every((key) => one[key] === other[key]);
}

/** A product without a name is "your choice": nobody reads the shop's id for it. */
function shownLine<T extends { readonly name: string; readonly isNamed?: boolean }>(
  line: T,
  locale: string,
): T & { readonly isNamed: boolean } {
  const name = line.isNamed === false || isProgramWord(line.name) ? '' : plainName(line.name);
  return { ...line, name: name || (unnamed[languageOf(locale)] ?? 'Your choice'), isNamed: name !== '' };
}

const unnamed: Readonly<Record<string, string>> = {
  de: 'Ihre Auswahl',
  fr: 'Votre choix',
  es: 'Su elección',
  it: 'La tua scelta',
  nl: 'Uw keuze',
};

/** Traits that are names, as clients spell them. */
const nameTraits: ReadonlySet<string> = new Set([
  'firstname',
  'givenname',
  'familyname',
  'surname',
  'lastname',
  'middlename',
  'fullname',
  'name',
  'username',
  'nickname',
  'company',
]);

function plainKey(key: string): string {
  return key.replaceAll(/[\s_-]/g, '').toLowerCase();
}

const firstNames: ReadonlySet<string> = new Set(['firstname', 'givenname', 'nickname']);

/** What a program wrote where it had nothing is nothing: "undefined" is for nobody to read. */
function shownTrait(key: string, value: string): string | null {
  if (isProgramWord(value)) return null;
  return nameTraits.has(plainKey(key)) ? shownName(key, value) : value;
}

/** By a first name somebody is greeted; the others may be long. */
function shownName(key: string, name: string): string | null {
  return firstNames.has(plainKey(key)) ? greetingName(name) : nameInMail(name);
}

/** A name is words: an address in it would become a link in a mail that is ours. */
function withPlainNames(traits: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(traits).map(([key, value]) => [key, typeof value === 'string' ? shownTrait(key, value) : value]),
  );
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null || inner === undefined ? [] : [[key, withoutNulls(inner)]])),
  );
  // Liquid counts the keys of an object that has no `size` of its own: a trait of this name that is not there is none.
  return 'size' in kept ? kept : Object.defineProperty(kept, 'size', { value: undefined, enumerable: false });
}
