import { createHash } from 'node:crypto';
import type { FormatCallback, HtmlToTextOptions } from 'html-to-text';
import { convert } from 'html-to-text';
import { type ChannelOf, channelKind } from '../domain/messages/channel.js';
import type { CompiledTemplate, EmailVariant, SmsVariant, TemplateHead } from '../domain/messages/template.js';
import type { RecommendationBlock } from '../domain/recommendations/block.js';
import type { FileProblem } from '../yaml/problem.js';
import { type Composed, composedTexts, composeEmail, composeWord } from './compose.js';
import { knowledgeNamedIn, liquidTags } from './knowledge-named.js';
import type { MjmlConverter } from './mjml.js';
import type { TemplateSet, TemplateSource } from './template-set.js';

/** Raised when the same sources give another result: it makes every template a new version at the next publish. */
const compilerVersion = 2;

/** What the compiled form is made from, cheap to compute: unchanged templates are never compiled again. Hex SHA-256. */
export function sourceHash(source: TemplateSource, set: TemplateSet): string {
  const variants = Object.keys(source.words).map((language) => ({
    language,
    texts: composedTexts(source, set, language).map((composed) => composed.text),
  }));
  return createHash('sha256')
    .update(JSON.stringify([compilerVersion, headOf(source, set), variants]))
    .digest('hex');
}

/** MJML to HTML once per version, with Liquid left in; the text part from that HTML. 15–70 ms a language. */
export async function compileTemplate(
  source: TemplateSource,
  set: TemplateSet,
  mjml: MjmlConverter,
): Promise<{ readonly compiled: CompiledTemplate; readonly problems: readonly FileProblem[] }> {
  const languages = Object.keys(source.words);
  const texts = languages.flatMap((language) => composedTexts(source, set, language).map(({ text }) => text));
  const head = { ...headOf(source, set), ...asksOf(source, texts) };
  if (isPlainHead(head)) {
    const variants = languages.map((language): [string, SmsVariant] => [
      language,
      { body: composeWord(source, set, language, 'body').text },
    ]);
    return { compiled: { ...head, format: 1, variants: Object.fromEntries(variants) }, problems: [] };
  }
  const variants: [string, EmailVariant][] = [];
  const problems: FileProblem[] = [];
  for (const language of languages) {
    const email = await compileEmail(composeEmail(source, set, language), mjml);
    problems.push(...email.problems);
    variants.push([language, { subject: composeWord(source, set, language, 'subject').text, html: email.html, text: email.text }]);
  }
  return {
    compiled: { ...head, channel: head.channel as ChannelOf<'designed'>, format: 1, variants: Object.fromEntries(variants) },
    problems,
  };
}

/** As it is written, with MJML left in and its text part left out: fit to be filled in, not to be sent. */
export function compileDraft(source: TemplateSource, set: TemplateSet): CompiledTemplate {
  const composed = Object.keys(source.words).map(
    (language) => [language, composedTexts(source, set, language).map(({ text }) => text)] as const,
  );
  const head = {
    ...headOf(source, set),
    ...asksOf(
      source,
      composed.flatMap(([, texts]) => texts),
    ),
  };
  if (isPlainHead(head)) {
    const bodies = composed.map(([language, [body = '']]) => [language, { body }] as const);
    return { ...head, format: 1, variants: Object.fromEntries(bodies) };
  }
  const variants = composed.map(([language, [subject = '', html = '']]) => [language, { subject, html, text: 'As in the HTML.' }] as const);
  return { ...head, channel: head.channel as ChannelOf<'designed'>, format: 1, variants: Object.fromEntries(variants) };
}

/** The sources of knowledge that its composed texts ask. */
function asksOf(source: TemplateSource, texts: readonly string[]): Pick<TemplateHead, 'asks'> {
  const asks = [...knowledgeNamedIn(texts), ...furtherAsks(source)];
  return asks.length === 0 ? {} : { asks };
}

/** What its block falls back to is asked for with it. */
function furtherAsks({ recommendations }: TemplateSource): readonly string[] {
  return recommendations?.fallback.kind === 'collection' ? [`recommendations ${recommendations.fallback.collection}`] : [];
}

/** `tag skin:dry: dry skin` of the shared words: what tags are called, by language. */
function tagWordsOf({ sharedWords }: TemplateSet): RecommendationBlock['tagWords'] {
  const languages = Object.entries(sharedWords?.words ?? {});
  return Object.fromEntries(
    languages.map(([language, words]) => [
      language,
      Object.fromEntries(
        Object.entries(words).flatMap(([name, said]) => (name.startsWith('tag ') ? [[name.slice(4).trim().toLowerCase(), said]] : [])),
      ),
    ]),
  );
}

function isPlainHead(head: TemplateHead): head is TemplateHead & { readonly channel: ChannelOf<'plain'> } {
  return channelKind(head.channel).form === 'plain';
}

function headOf(source: TemplateSource, set: TemplateSet): TemplateHead {
  const { id, channel, class: messageClass, topic, atMostOnce, requires, data, recommendations } = source;
  return {
    id,
    channel,
    class: messageClass,
    topic,
    atMostOnce,
    requires,
    ...(data === undefined ? {} : { data }),
    ...(recommendations === undefined ? {} : { recommendations: { ...recommendations, tagWords: tagWordsOf(set) } }),
  };
}

async function compileEmail(
  composed: Composed,
  mjml: MjmlConverter,
): Promise<{ readonly html: string; readonly text: string; readonly problems: readonly FileProblem[] }> {
  const { text: hidden, restore } = hideLiquid(composed.text);
  const result = await mjml(hidden);
  return {
    html: restore(result.html),
    text: textPart(result.html, restore),
    problems: result.errors.map((error) => ({
      // Hiding Liquid moves columns but never lines.
      ...composed.originAt(offsetOfLine(composed.text, error.line)),
      path: '',
      message: `MJML: ${error.message}`,
      suggestion: null,
      severity: 'error' as const,
    })),
  };
}

/**
 * MJML, the minifier and the text converter never see Liquid: each tag is a word of letters until they are done. Quotes, `<` and `&`
 * in a tag are then nobody's concern, and entities are decoded around tags only.
 */
function hideLiquid(source: string): { readonly text: string; readonly restore: (text: string) => string } {
  const tags: string[] = [];
  const colours: string[] = [];
  const text = source.replace(liquidTags, (tag) => {
    if (colour.test(tag)) return hiddenColour(colours, tag);
    tags.push(tag);
    return `LQ${tags.length - 1}QL${'\n'.repeat(tag.split('\n').length - 1)}`;
  });
  const restore = (hidden: string): string =>
    hidden
      // Between the attributes of a tag it is an attribute itself, which is written in small letters.
      .replace(/LQ(\d+)QL/gi, (_, index: string) => tags[Number(index)] ?? '')
      .replace(/#fa57([0-9a-f]{2})/gi, (whole, index: string) => colours[Number.parseInt(index, 16) - firstColour] ?? whole);
  return { text, restore };
}

const colour = /^\{\{-?\s*shop\.look\.(light|dark)\.\w+\s*-?\}\}$/;
/** Hex digits that no minifier shortens. */
const firstColour = 0x20;

/** MJML takes nothing but a colour where one belongs, so a tag that will be one is hidden as one. One tag, one colour. */
function hiddenColour(colours: string[], tag: string): string {
  const known = colours.indexOf(tag);
  const index = known === -1 ? colours.push(tag) - 1 : known;
  return `#fa57${(index + firstColour).toString(16)}`;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let passed = 1; passed < line; passed++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

const textOptions: HtmlToTextOptions = {
  wordwrap: false,
  formatters: { address: writeAddress, row: writeRow, amount: writeAmount },
  selectors: [
    { selector: 'a', format: 'address' },
    { selector: 'a.name-only', format: 'inline' },
    { selector: 'img', format: 'skip' },
    { selector: '.html-only', format: 'skip' },
    { selector: 'div[style*="display:none"]', format: 'skip' },
    { selector: 'tr', format: 'row' },
    { selector: 'td.amount', format: 'amount' },
    ...['h1', 'h2', 'h3'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
};

/** A link as `Words: address`, where the address is what matters when no button is there to press. */
function writeAddress(...[element, walk, builder]: Parameters<FormatCallback>): void {
  walk(element.children, builder);
  builder.addInline(`: ${String(element.attribs['href'] ?? '')}`, { noWordTransform: true });
}

function writeRow(...[element, walk, builder]: Parameters<FormatCallback>): void {
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
}

/** The last cell of a line of goods, behind what stands before it. */
function writeAmount(...[element, walk, builder]: Parameters<FormatCallback>): void {
  builder.addInline(' · ');
  walk(element.children, builder);
}

function textPart(hiddenHtml: string, restore: (text: string) => string): string {
  return restore(convert(hiddenHtml, textOptions));
}
