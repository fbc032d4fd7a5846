import { channelKind, type MessageClass, plainContent } from '../domain/messages/channel.js';
import type { RenderContext, RenderResult } from '../domain/messages/rendering.js';
import type { CompiledTemplate } from '../domain/messages/template.js';
import type { ClassPolicy } from '../domain/policy/class-policy.js';
import { unknownTopic } from '../domain/policy/topic-policy.js';
import type { Shop } from '../domain/shop/shop.js';
import { didYouMean, nearest } from '../domain/values/nearest.js';
import { templateExamples } from '../knowledge/templates.js';
import type { FileProblem } from '../yaml/problem.js';
import { problemAt } from '../yaml/yaml-file.js';
import { checkRequires } from './check-requires.js';
import { compileTemplate } from './compile.js';
import { type Composed, composedTexts } from './compose.js';
import { filterNames, parseLiquid, tagNames, variablesOf } from './engine.js';
import { checkMarkup } from './markup.js';
import type { MjmlConverter } from './mjml.js';
import { readSample } from './preview.js';
import { findPromotion, offsetOf } from './promotion.js';
import { chooseLanguage, parseVariant, renderVariant } from './render.js';
import type { Shape } from './scope.js';
import { knownVariables, shapeOf } from './scope.js';
import type { TemplateSet, TemplateSource } from './template-set.js';

/** Classes whose email the law wants with a postal address and a way out. */
const promotional: ReadonlySet<MessageClass> = new Set(['marketing', 'broadcast']);

/** Gmail cuts longer mail, and the way out stands at its end. */
const clippedBytes = 102_400;

/**
 * Everything about one template: its texts, then what MJML makes of them, then how every sample looks in every language. Each look needs
 * the one before without an error. `compiled` is fit to publish; null with an error. `topics` and `classes`: the shop's
 * own; null: not looked up, and only marketing and broadcasts may promote.
 */
export async function checkTemplate(
  source: TemplateSource,
  set: TemplateSet,
  shop: Shop,
  mjml: MjmlConverter,
  topics: readonly string[] | null = null,
  classes: ClassPolicy | null = null,
): Promise<{ readonly compiled: CompiledTemplate | null; readonly problems: readonly FileProblem[] }> {
  const written = [...checkTopic(source, topics), ...checkSource(source, set, shop, classes)];
  if (hasError(written)) return { compiled: null, problems: distinct(written) };
  const { compiled, problems: rejected } = await compileTemplate(source, set, mjml);
  if (hasError(rejected)) return { compiled: null, problems: distinct([...written, ...rejected]) };
  const shown = [...checkSamples(source, set, shop, compiled), ...checkRequires(source, set, shop, compiled)];
  return { compiled: hasError(shown) ? null : compiled, problems: distinct([...written, ...rejected, ...shown]) };
}

function hasError(problems: readonly FileProblem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

function checkSource(source: TemplateSource, set: TemplateSet, shop: Shop, classes: ClassPolicy | null): readonly FileProblem[] {
  const texts = Object.keys(source.words).flatMap((language) =>
    composedTexts(source, set, language).map((composed, n) => ({
      composed,
      isSubject: channelKind(source.channel).form === 'designed' && n === 0,
    })),
  );
  const mayPromote = classes === null ? promotional.has(source.class) : classes.classes[source.class].mayPromote;
  const asked = Object.entries(templateExamples()).map(([name, example]) => [name, shapeOf(example)] as const);
  const variables: Shape = { keys: { ...Object.fromEntries(asked), ...knownVariables.keys, data: shapeOf(source.data) } };
  return [
    ...checkWords(
      source,
      shop,
      texts.map(({ composed }) => composed),
    ),
    ...checkBlock(
      source,
      texts.map(({ composed }) => composed.text),
    ),
    ...texts.flatMap(({ composed, isSubject }) => [
      ...composed.problems,
      ...checkLiquid(composed, variables),
      ...checkMarkup(composed),
      ...checkClass(source, composed, { isSubject, mayPromote }),
    ]),
  ];
}

/** A block says what it shows where nothing can be recommended, and is shown. */
function checkBlock(source: TemplateSource, texts: readonly string[]): readonly FileProblem[] {
  const isShown = texts.some((text) => /\{[{%][^}]*(?<![\w.])recommendations\./.test(text));
  if (isShown && source.recommendations === undefined)
    return [
      problemAt(
        source.yaml,
        [],
        'The template shows recommendations, and does not say which.',
        'Write "recommendations: { slot: after-order, count: 4, fallback: popular }".',
      ),
    ];
  if (isShown || source.recommendations === undefined) return [];
  const suggestion = 'Put <partial name="recommended" /> into its design.';
  return [problemAt(source.yaml, ['recommendations'], 'Nothing in the template shows its recommendations.', suggestion, 'warning')];
}

/** The topic is one that people can consent to. */
function checkTopic(source: TemplateSource, topics: readonly string[] | null): readonly FileProblem[] {
  const unknown = topics === null ? null : unknownTopic(source.topic, topics);
  return unknown === null ? [] : [problemAt(source.yaml, ['topic'], unknown.message, unknown.suggestion)];
}

/** Every language of the shop, each word in each of them, and none that nobody uses. */
function checkWords(source: TemplateSource, shop: Shop, texts: readonly Composed[]): readonly FileProblem[] {
  const missing = shop.locales.filter((language) => source.words[language] === undefined);
  const used = new Set(texts.flatMap((composed) => [...composed.usedWords]));
  return [
    ...missing.map((language) =>
      problemAt(
        source.yaml,
        ['words'],
        `The shop writes in "${language}", and this template has no words in it.`,
        `Add "${language}:" under words.`,
      ),
    ),
    ...Object.entries(source.words).flatMap(([language, words]) =>
      Object.keys(words).flatMap((word) =>
        used.has(word)
          ? []
          : [problemAt(source.yaml, ['words', language, word], `Nothing uses the word "${word}".`, nearestWord(word, used), 'warning')],
      ),
    ),
  ];
}

function nearestWord(word: string, used: ReadonlySet<string>): string | null {
  return didYouMean(word, [...used]) ?? 'Take it out.';
}

/** Liquid parses, with tags, filters and variables that exist. */
function checkLiquid(composed: Composed, variables: Shape): readonly FileProblem[] {
  try {
    const loops = loopVariables(composed.text, variables);
    return variablesOf(parseLiquid(composed.text, 'text')).flatMap(({ path, row, column }) => {
      const unknown = findUnknown(path, loops, variables);
      return unknown === null ? [] : [errorAt(composed, offsetOf(composed.text, row, column), unknown.message, unknown.suggestion)];
    });
  } catch (error) {
    return [describeParseError(composed, error)];
  }
}

function describeParseError(composed: Composed, error: unknown): FileProblem {
  const { message, token } = error as { message: string; token?: { begin?: number } };
  const said = message.split('\n')[0]?.replace(/, (file|line):.*$/, '') ?? 'it does not parse';
  const filter = /^undefined filter: (.+)$/.exec(said)?.[1];
  const tag = /^tag "(.+)" not found$/.exec(said)?.[1];
  const offset = token?.begin ?? 0;
  if (filter !== undefined) return errorAt(composed, offset, `There is no filter "${filter}".`, didYouMean(filter, filterNames));
  if (tag !== undefined && ['include', 'render', 'layout', 'block'].includes(tag)) {
    return errorAt(
      composed,
      offset,
      `Templates cannot read others with "${tag}".`,
      'Write <partial name="…" />: it is put in when the template is published.',
    );
  }
  if (tag !== undefined) return errorAt(composed, offset, `There is no tag "${tag}".`, didYouMean(tag, tagNames));
  return errorAt(composed, offset, `Liquid: ${said}.`, null);
}

/** What each `for` and `assign` calls what; a name from elsewhere can be anything. */
function loopVariables(text: string, variables: Shape): ReadonlyMap<string, Shape> {
  const known = new Map<string, Shape>([
    ['forloop', 'any'],
    ['tablerowloop', 'any'],
  ]);
  for (const [, name = '', path = ''] of text.matchAll(/\{%-?\s*(?:for|tablerow)\s+(\w+)\s+in\s+([\w.]+)/g)) {
    const list = shapeAt(path.split('.'), known, variables);
    known.set(name, list !== null && typeof list === 'object' && 'list' in list ? list.list : 'any');
  }
  for (const [, name = ''] of text.matchAll(/\{%-?\s*(?:assign|capture|increment|decrement)\s+["']?(\w+)/g)) known.set(name, 'any');
  return known;
}

function shapeAt(path: readonly string[], named: ReadonlyMap<string, Shape>, variables: Shape): Shape | null {
  let shape: Shape | null = named.get(path[0] ?? '') ?? keyOf(variables, path[0] ?? '');
  for (const key of path.slice(1)) shape = shape === null ? null : keyOf(shape, key);
  return shape;
}

const listWords = new Set(['size', 'first', 'last']);

function keyOf(shape: Shape, key: string): Shape | null {
  if (shape === 'any') return 'any';
  if (shape === 'value') return key === 'size' ? 'value' : null;
  if ('list' in shape) return key === 'size' ? 'value' : listWords.has(key) || /^-?\d+$/.test(key) ? shape.list : null;
  return shape.keys[key] ?? null;
}

function findUnknown(
  path: readonly string[],
  named: ReadonlyMap<string, Shape>,
  variables: Shape,
): { message: string; suggestion: string | null } | null {
  for (let length = 1; length <= path.length; length++) {
    if (shapeAt(path.slice(0, length), named, variables) !== null) continue;
    const parent = length === 1 ? variables : shapeAt(path.slice(0, length - 1), named, variables);
    const names = parent !== null && typeof parent === 'object' && 'keys' in parent ? Object.keys(parent.keys) : [];
    const known = length === 1 ? [...names, ...named.keys()] : names;
    const meant = nearest(path[length - 1] ?? '', known);
    const suggestion =
      meant !== null
        ? `Did you mean "${[...path.slice(0, length - 1), meant].join('.')}"?`
        : known.length > 0
          ? `Known here: ${known.join(', ')}.`
          : path[0] === 'data'
            ? 'Say by an example under "data:" in the template’s file what a call or a broadcast gives along.'
            : null;
    return { message: `There is no variable "${path.slice(0, length).join('.')}".`, suggestion };
  }
  return null;
}

/** Promotion in a message that people cannot refuse would make it marketing; a way out of it would be a promise that is not kept. */
function checkClass(source: TemplateSource, composed: Composed, at: { readonly isSubject: boolean; readonly mayPromote: boolean }) {
  const promotions = at.mayPromote ? [] : findPromotion({ ...composed, isSubject: at.isSubject }, source.class);
  return [
    ...promotions.map(({ offset, message, suggestion, severity }) => ({ ...errorAt(composed, offset, message, suggestion), severity })),
    ...(source.class === 'transactional' ? waysOut(composed) : []),
  ];
}

/** A person who follows it would stop the marketing, and still get the next receipt. */
function waysOut(composed: Composed): readonly FileProblem[] {
  return [...composed.text.matchAll(/\blinks\.unsubscribe\b/g)].map((match) =>
    errorAt(
      composed,
      match.index,
      'A transactional message has an unsubscribe link, and nobody can unsubscribe from it.',
      'Take a layout without one ("layout: plain"), or make the class service.',
    ),
  );
}

/** Each sample in each language, as a person would get it. */
function checkSamples(source: TemplateSource, set: TemplateSet, shop: Shop, compiled: CompiledTemplate): readonly FileProblem[] {
  if (set.samples.length === 0) {
    return [
      problemAt(
        source.yaml,
        [],
        'There is no sample to try this template with.',
        'Write one in templates/samples, such as new-customer.json.',
      ),
    ];
  }
  return set.samples.flatMap((sample) => {
    const read = readSample(sample);
    if (read.kind === 'invalid')
      return [{ file: sample.file, line: 1, column: 1, path: '', message: read.why, suggestion: null, severity: 'error' as const }];
    return Object.keys(source.words).flatMap((language) =>
      [true, false].flatMap((isFirstSms) => {
        const context = { ...read.context, data: source.data ?? {}, isFirstSms };
        const { locale } = chooseLanguage(compiled, language, shop);
        const variant = parseVariant(compiled, language);
        if (variant === null) return [];
        return checkRendered(source, shop, context, renderVariant(compiled, variant, context, shop, locale)).map(
          ({ message, suggestion, severity }) =>
            problemAt(
              source.yaml,
              ['words', language],
              `With the sample "${sample.name}" in "${language}": ${message}`,
              suggestion,
              severity,
            ),
        );
      }),
    );
  });
}

type Finding = Pick<FileProblem, 'message' | 'suggestion' | 'severity'>;

function checkRendered(source: TemplateSource, shop: Shop, context: RenderContext, rendered: RenderResult): readonly Finding[] {
  if (rendered.kind === 'empty') return [error(rendered.problem, 'Use "| default:" or ask with "if" where a value may be missing.')];
  if (!('body' in rendered)) return checkDesigned(source, shop, context, rendered);
  const about = { brand: shop.brand, segments: rendered.segments, isMarketing: promotional.has(source.class), isFirst: context.isFirstSms };
  return plainContent(source.channel).check(rendered.body, about);
}

function checkDesigned(
  source: TemplateSource,
  shop: Shop,
  context: RenderContext,
  email: { readonly html: string; readonly text: string },
): readonly Finding[] {
  const findings: Finding[] = [];
  if (promotional.has(source.class)) {
    const addressThere = shop.postalAddress.every((line) => email.text.includes(line));
    if (!addressThere)
      findings.push(
        error(
          'the shop’s postal address is not in it.',
          'Put {{ shop.postalAddress | join: ", " }} at its foot: the law wants it in marketing email.',
        ),
      );
    for (const [link, name] of [
      [context.links.unsubscribe, 'unsubscribe'],
      [context.links.preferences, 'preferences'],
    ] as const) {
      if (!email.html.includes(link) || !email.text.includes(link))
        findings.push(error(`the ${name} link is not in it.`, `Put <a href="{{ links.${name} }}"> at its foot.`));
    }
  }
  if (Buffer.byteLength(email.html) > clippedBytes)
    findings.push({
      ...error('it is over 102 kB: Gmail cuts it, and the way out stands at its end.', 'Show fewer lines.'),
      severity: 'warning',
    });
  return findings;
}

function error(message: string, suggestion: string | null): Finding {
  return { message, suggestion, severity: 'error' };
}

function errorAt(composed: Composed, offset: number, message: string, suggestion: string | null): FileProblem {
  return { ...composed.originAt(offset), path: '', message, suggestion, severity: 'error' };
}

/** A layout is composed once a template and language; its problems are reported once. */
function distinct(problems: readonly FileProblem[]): readonly FileProblem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const key = JSON.stringify(problem);
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}
