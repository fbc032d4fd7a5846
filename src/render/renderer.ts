import type { RenderContext, RenderedVersion, Renderer, RenderResult } from '../domain/messages/rendering.js';
import type { CompiledTemplate, TemplateHead } from '../domain/messages/template.js';
import type { Shop } from '../domain/shop/shop.js';
import type { ParsedVariant } from './render.js';
import { chooseLanguage, parseVariant, renderVariant } from './render.js';

export interface PublishedVersion {
  readonly version: number;
  readonly compiled: CompiledTemplate;
}

/** A `Renderer` that also tells what a template is: its class, topic, and whether an ambiguous send may be repeated. */
export interface PublishedTemplates extends Renderer {
  /** Null: no such template or version is published. */
  about(templateId: string, version: number | 'latest'): Promise<(TemplateHead & { readonly version: number }) | null>;
  /** Forgets which version is the latest, so that a publish in this process counts at once; others see it within five seconds. */
  refresh(): void;
}

export interface RendererOptions {
  readonly loadVersion: (templateId: string, version: number | 'latest') => Promise<PublishedVersion | null>;
  readonly shop: Shop;
  /** Elapsed real milliseconds, monotonic; `performance.now` outside tests. */
  readonly elapsed?: () => number;
}

/** How long "latest" is believed. */
const latestForMs = 5000;
/** Parsed languages of versions that are kept; one is some hundred kB. */
const parsedAtMost = 100;

/** Renders published versions. A version is loaded and parsed once; a render then takes about 0.2 ms and asks nobody. */
export function createRenderer({ loadVersion, shop, elapsed = () => performance.now() }: RendererOptions): PublishedTemplates {
  const versions = new LeastRecentlyUsed<Promise<PublishedVersion | null>>(parsedAtMost);
  const renderFound = versionRenderer(shop);
  const latest = new Map<string, { readonly version: Promise<PublishedVersion | null>; readonly until: number }>();

  const findLatest = (templateId: string): Promise<PublishedVersion | null> => {
    const known = latest.get(templateId);
    if (known !== undefined && elapsed() < known.until) return known.version;
    const version = loadVersion(templateId, 'latest');
    // A failed or fruitless look is not believed for five seconds.
    version.then(
      (found) => found === null && latest.delete(templateId),
      () => latest.delete(templateId),
    );
    latest.set(templateId, { version, until: elapsed() + latestForMs });
    return version;
  };
  const find = (templateId: string, version: number | 'latest'): Promise<PublishedVersion | null> => {
    if (version === 'latest') return findLatest(templateId);
    return versions.get(`${templateId}@${version}`, (key) => {
      const found = loadVersion(templateId, version);
      found.then(
        (row) => row === null && versions.delete(key),
        () => versions.delete(key),
      );
      return found;
    });
  };

  return {
    async render(templateId, version, context): Promise<RenderResult & RenderedVersion> {
      const found = await find(templateId, version);
      if (found === null)
        return { kind: 'empty', problem: `The template ${templateId} is not published.`, templateVersion: 0, atMostOnce: false };
      return {
        ...renderFound(found, context),
        templateVersion: found.version,
        atMostOnce: found.compiled.atMostOnce,
        class: found.compiled.class,
      };
    },
    async about(templateId, version) {
      const found = await find(templateId, version);
      if (found === null) return null;
      const { variants: _variants, format: _format, ...head } = found.compiled;
      return { ...head, version: found.version };
    },
    asks: async (templateId) => (await find(templateId, 'latest'))?.compiled.asks ?? [],
    refresh: () => latest.clear(),
  };
}

/** Renders versions that are at hand. A language is parsed once, and once more when the shop's look changes. */
export function versionRenderer(shop: Shop): (version: PublishedVersion, context: RenderContext) => RenderResult {
  let parsed = new LeastRecentlyUsed<ParsedVariant | null>(parsedAtMost);
  let { look } = shop;
  return ({ version, compiled }, context) => {
    if (shop.look !== look) {
      look = shop.look;
      parsed = new LeastRecentlyUsed(parsedAtMost);
    }
    const { language, locale } = chooseLanguage(compiled, context.profile.locale, shop);
    const variant = parsed.get(`${compiled.id}@${version}.${language}`, () => parseVariant(compiled, language, look));
    if (variant === null) return { kind: 'empty', problem: `The template ${compiled.id} has no words in any language.` };
    return renderVariant(compiled, variant, context, shop, locale);
  };
}

class LeastRecentlyUsed<Value> {
  readonly #values = new Map<string, Value>();

  constructor(readonly atMost: number) {}

  get(key: string, make: (key: string) => Value): Value {
    const known = this.#values.get(key);
    const value = known ?? make(key);
    // A Map remembers the order of insertion: what is used goes to the end, the first is the oldest.
    this.#values.delete(key);
    this.#values.set(key, value);
    const oldest = this.#values.keys().next();
    if (this.#values.size > this.atMost && oldest.done !== true) this.#values.delete(oldest.value);
    return value;
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
