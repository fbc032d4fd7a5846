import { createHash } from 'node:crypto';
import { type ChannelOf, plainContent } from '../domain/messages/channel.js';
import type { RenderContext, RenderResult } from '../domain/messages/rendering.js';
import { type CompiledTemplate, type EmailVariant, isPlain, type SmsVariant } from '../domain/messages/template.js';
import type { Shop } from '../domain/shop/shop.js';
import type { ShopLook } from '../domain/shop/shop-look.js';
import { languageOf, readLanguageTag } from '../domain/values/language-tag.js';
import { readPath } from '../domain/values/read-path.js';
import { trimEnd } from '../domain/values/trim-end.js';
import type { LiquidResult, ParsedLiquid } from './engine.js';
import { asHtml, parseLiquid, renderLiquid } from './engine.js';
import type { Formatting } from './filters.js';
import { withRecommendations } from './recommendations.js';
import { templateScope } from './scope.js';

/** The parsed texts of one language of one version: what is dear to make and cheap to use. */
export type ParsedVariant =
  | {
      readonly kind: 'designed';
      readonly language: string;
      readonly subject: ParsedLiquid;
      readonly html: ParsedLiquid;
      readonly text: ParsedLiquid;
    }
  | { readonly kind: 'plain'; readonly language: string; readonly body: ParsedLiquid };

/**
 * Throws LiquidJS's ParseError; lint refuses such a template, so a published one parses. `look`: the shop's colours and fonts are put in at
 * once, since they are the same for everybody and an email names them a hundred times. Absent: each render puts them in.
 */
export function parseVariant(compiled: CompiledTemplate, language: string, look?: ShopLook): ParsedVariant | null {
  if (isPlain(compiled)) {
    const variant: SmsVariant | undefined = compiled.variants[language];
    return variant === undefined ? null : { kind: 'plain', language, body: parseLiquid(variant.body, 'text') };
  }
  const variant: EmailVariant | undefined = compiled.variants[language];
  if (variant === undefined) return null;
  return {
    kind: 'designed',
    language,
    subject: parseLiquid(variant.subject, 'text'),
    html: parseLiquid(look === undefined ? variant.html : withLook(variant.html, look), 'html'),
    text: parseLiquid(variant.text, 'text'),
  };
}

/** The outputs of colours and fonts, filled in. Whatever is not plain text, or might be read as Liquid, stays for the render. */
function withLook(html: string, look: ShopLook): string {
  return html.replace(
    /\{\{ shop\.look\.(light|dark|fonts)\.([a-zA-Z]{1,20}) \}\}/g,
    (output, part: 'light' | 'dark' | 'fonts', name: string) => {
      const values: Readonly<Record<string, unknown>> = { ...look[part] };
      const value = values[name];
      return typeof value === 'string' && !/[{}%]/.test(value) ? asHtml(value) : output;
    },
  );
}

/**
 * The language to write in and the tag that money and dates follow: the person's own where the template has it, else the shop's,
 * else the template's first. `de_AT` gives `de` and `de-AT`; `fr` in a shop of `en-GB` gives `en` and `en-GB`.
 */
export function chooseLanguage(
  compiled: CompiledTemplate,
  wanted: string | null,
  shop: Shop,
): { readonly language: string; readonly locale: string } {
  const offered = Object.keys(compiled.variants);
  for (const tag of [wanted, shop.locale]) {
    const locale = readLanguageTag(tag);
    const language = locale === null ? undefined : languageOf(locale);
    if (locale !== null && language !== undefined && offered.includes(language)) {
      // A bare `en` in a shop of `en-GB` writes dates as the shop does.
      return { language, locale: locale === language && shop.locale.startsWith(`${language}-`) ? shop.locale : locale };
    }
  }
  const first = offered[0] ?? shop.locale;
  return { language: first, locale: first };
}

/** One message for one person. Pure: the same version, context and shop give the same bytes. */
export function renderVariant(
  compiled: CompiledTemplate,
  variant: ParsedVariant,
  context: RenderContext,
  shop: Shop,
  locale: string,
): RenderResult {
  const { context: filled, recommended } = withRecommendations(context, compiled.recommendations, variant.language);
  const scope = templateScope(filled, shop, locale);
  const formatting: Formatting = {
    locale,
    timeZone: context.timeZone,
    currency: context.cart?.currency ?? shop.currency,
    now: context.at,
    siteUrl: shop.siteUrl,
  };
  const missing = compiled.requires.find((path) => isBlank(readPath(scope, path)));
  if (missing !== undefined) return empty(compiled, `"${missing}" is missing or empty`);
  const rendered =
    variant.kind === 'designed' ? renderDesign(compiled, variant, scope, formatting) : renderBody(compiled, variant, scope, formatting);
  return rendered.kind === 'empty' || recommended === null ? rendered : { ...rendered, recommended };
}

function renderDesign(
  compiled: CompiledTemplate,
  variant: ParsedVariant & { readonly kind: 'designed' },
  scope: Record<string, unknown>,
  formatting: Formatting,
): RenderResult {
  const subject = renderLiquid(variant.subject, scope, formatting);
  const html = renderLiquid(variant.html, scope, formatting);
  const text = renderLiquid(variant.text, scope, formatting);
  if (subject.kind === 'failed') return empty(compiled, `${subject.why} (in the subject)`);
  const failed = [html, text].find((result): result is LiquidResult & { kind: 'failed' } => result.kind === 'failed');
  if (failed !== undefined) return empty(compiled, failed.why);
  if (html.kind === 'failed' || text.kind === 'failed') return empty(compiled, 'it could not be rendered');
  // A line break in a subject would begin another header; a line of more than 998 octets is none.
  const oneLine = cutSubject(
    subject.value
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .replace(encodedWord, '= ?')
      .trim(),
  );
  const plain = tidyText(text.value);
  if (oneLine === '') return empty(compiled, 'the subject is empty');
  if (plain === '') return empty(compiled, 'there is no text in it');
  const markup = withoutEmptyLinks(html.value);
  const contentHash = hashOf([oneLine, markup, plain]);
  return {
    kind: compiled.channel as ChannelOf<'designed'>,
    subject: oneLine,
    html: markup,
    text: plain,
    locale: variant.language,
    contentHash,
  };
}

/** No link rather than one that leads nowhere, no picture rather than one without an address. */
function withoutEmptyLinks(html: string): string {
  return html.replace(/ href="\s*"/g, '').replace(/<img(?=[^>]* src="\s*")[^>]*>/g, '');
}

/** What begins so would be decoded by who reads it, to words that nobody looked at. */
const encodedWord = /=\?/g;

const longestSubject = 200;

function cutSubject(subject: string): string {
  const letters = Array.from(subject);
  return letters.length <= longestSubject ? subject : `${letters.slice(0, longestSubject - 1).join('')}…`;
}

function renderBody(
  compiled: CompiledTemplate,
  variant: ParsedVariant & { readonly kind: 'plain' },
  scope: Record<string, unknown>,
  formatting: Formatting,
): RenderResult {
  const rendered = renderLiquid(variant.body, scope, formatting);
  if (rendered.kind === 'failed') return empty(compiled, rendered.why);
  const plain = plainContent(compiled.channel);
  const body = plain.tidy(rendered.value);
  if (body === '') return empty(compiled, 'there is no text in it');
  // The count takes a second for every twenty thousand letters; nobody sends that many.
  if (body.length > plain.longest) return empty(compiled, `it is too long: ${body.length} characters, at most ${plain.longest}`);
  const { segments, encoding } = plain.measure(body);
  if (segments > plain.maxSegments)
    return empty(compiled, `it is too long: ${segments} segments (${encoding}), at most ${plain.maxSegments}`);
  return { kind: compiled.channel as ChannelOf<'plain'>, body, segments, encoding, locale: variant.language, contentHash: hashOf([body]) };
}

function empty(compiled: CompiledTemplate, why: string): RenderResult {
  return { kind: 'empty', problem: `The template ${compiled.id} cannot be filled: ${why}.` };
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

/** Loops and conditions leave lines with nothing on them, spacers leave hair spaces, buttons a space before the colon. */
export function tidyText(text: string): string {
  return text
    .split('\n')
    .map((line) => withoutLooseDot(line.trim()))
    .join('\n')
    .split(': http')
    .map((part) => trimEnd(part, (character) => character !== '\n' && character.trim() === ''))
    .join(': http')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** A line of goods without a price ends with the dot that would stand before it. */
function withoutLooseDot(line: string): string {
  return line.endsWith(' ·') ? line.slice(0, -2) : line;
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
