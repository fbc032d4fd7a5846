import type { Template } from 'liquidjs';
import { Liquid } from 'liquidjs';
import type { Formatting } from './filters.js';
import { formattingKey, registerFilters } from './filters.js';

/** The two ways to write a value: escaped into HTML, or as it is (subjects, text parts, SMS). */
export type Output = 'html' | 'text';

/**
 * Limits instead of a worker: templates come from the shop's own people, LiquidJS looks at the clock before every part that it renders and
 * at the size of every value that it makes, includes and file access are taken out below, and a render takes a tenth of a millisecond,
 * which the messages to and from a worker would double. The worst that a bad template does is to stop this process for half a second,
 * twice.
 */
const limits = { parseLimit: 500_000, memoryLimit: 5_000_000, renderLimit: 500 } as const;
/** Letters of what one render may give: more is a loop gone wrong, and a mail of this size would not arrive. */
const outputLimit = 1_000_000;

/** Tags that read other templates: refused at parse. Partials are put in when a template is compiled. */
const readingTags = ['include', 'render', 'layout', 'block'];

function createEngine(output: Output): Liquid {
  const engine = new Liquid({
    ...limits,
    outputEscape: output === 'html' ? asHtml : asText,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    templates: {},
    relativeReference: false,
    dynamicPartials: false,
  });
  for (const tag of readingTags) delete engine.tags[tag];
  registerFilters(engine);
  return engine;
}

/** What a value prints. An object, and a number that is none, print nothing: `[object Object]` is for nobody to read. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join('');
  if (value === null || value === undefined || typeof value === 'object' || typeof value === 'function') return '';
  return typeof value === 'number' && !Number.isFinite(value) ? '' : String(value as string | number | boolean | bigint);
}

/** A value as it stands in HTML. */
export function asHtml(value: unknown): string {
  return asText(value).replaceAll(/[&<>"']/g, (sign) => htmlSigns[sign] ?? sign);
}

const htmlSigns: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

const engines: Readonly<Record<Output, Liquid>> = { html: createEngine('html'), text: createEngine('text') };

/** Names of the filters that templates may use. */
export const filterNames: readonly string[] = Object.keys(engines.text.filters);
/** Names of the tags that templates may use. */
export const tagNames: readonly string[] = Object.keys(engines.text.tags);

export interface ParsedLiquid {
  readonly output: Output;
  readonly templates: Template[];
}

/** Parsing is the dear part (1.2 ms for an email); keep the result. Throws LiquidJS's ParseError. */
export function parseLiquid(source: string, output: Output): ParsedLiquid {
  return { output, templates: engines[output].parse(source) };
}

/** Which variables the source names, and where (rows and columns from 1). */
export function variablesOf(
  parsed: ParsedLiquid,
): readonly { readonly path: readonly string[]; readonly row: number; readonly column: number }[] {
  const { variables } = engines[parsed.output].analyzeSync(parsed.templates, { partials: false });
  return Object.values(variables).flatMap((uses) =>
    uses.map((use) => ({
      // A path through another variable (`a[b]`) is known up to there only.
      path: use.segments.slice(0, firstComputed(use.segments)).map(String),
      row: use.location.row,
      column: use.location.col,
    })),
  );
}

function firstComputed(segments: readonly unknown[]): number {
  const index = segments.findIndex((segment) => typeof segment === 'object');
  return index === -1 ? segments.length : index;
}

export type LiquidResult = { readonly kind: 'ok'; readonly value: string } | { readonly kind: 'failed'; readonly why: string };

/** Renders for one person. `why` names variables of the template and never a value. */
export function renderLiquid(parsed: ParsedLiquid, scope: Record<string, unknown>, formatting: Formatting): LiquidResult {
  const once = (): LiquidResult => {
    // A variable that is not there is an error inside LiquidJS, and its stack would be the dearest part of a mail. Nobody reads it.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      const value = engines[parsed.output].renderSync(parsed.templates, scope, { globals: { [formattingKey]: formatting } }) as string;
      if (value.length > outputLimit) return { kind: 'failed', why: tookTooLong };
      return { kind: 'ok', value };
    } catch (error) {
      return { kind: 'failed', why: whyFailed(error) };
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  const first = once();
  // The time limit counts real time: a machine that stood still is no fault of the template.
  return first.kind === 'failed' && first.why === tookTooLong ? once() : first;
}

const tookTooLong = 'it took too long or grew too large';

function whyFailed(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be rendered';
  if (error.name === 'UndefinedVariableError') {
    const { variableName } = (error as { originalError?: { variableName?: unknown } }).originalError ?? {};
    return typeof variableName === 'string' ? `"${variableName}" is missing` : 'a variable is missing';
  }
  return /limit exceeded/.test(error.message) ? tookTooLong : 'it could not be rendered';
}
