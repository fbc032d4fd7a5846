import type { RenderContext, RenderResult } from '../domain/messages/rendering.js';
import type { CompiledTemplate } from '../domain/messages/template.js';
import type { Shop } from '../domain/shop/shop.js';
import { readPath } from '../domain/values/read-path.js';
import { compileDraft, compileTemplate } from './compile.js';
import { variablesOf } from './engine.js';
import { withMjml } from './mjml.js';
import { chooseLanguage, type ParsedVariant, parseVariant, renderVariant } from './render.js';
import type { TemplateSet } from './template-set.js';

/**
 * Renders templates of the project folder, unpublished, at once: they were compiled before. What is wrong with one is an empty message that
 * says so.
 */
export interface FolderRenderer {
  (template: string, context: RenderContext, locale?: string | null): RenderResult;
  /** As `Renderer.asks`. */
  readonly asks: (template: string) => readonly string[];
}

type Compiled = { readonly kind: 'compiled'; readonly template: CompiledTemplate } | { readonly kind: 'broken'; readonly problem: string };

/** Compiles the templates with these ids, and answers what renders them. */
export async function folderRenderer(set: TemplateSet, shop: Shop, ids: Iterable<string>): Promise<FolderRenderer> {
  const compiled = new Map<string, Compiled>();
  await withMjml((mjml) => Promise.all([...new Set(ids)].map(async (id) => compiled.set(id, await compile(set, id, mjml)))));
  return rendererOf((id) => compiled.get(id) ?? unknown(id), shop, renderVariant);
}

/**
 * The same for callers that only need to know whether a message has content, and its subject: an email is filled in as it is written,
 * without MJML. That takes no compiler and a tenth of the time, and shows a variable that is missing, Liquid that fails and an empty
 * subject all the same. A template is made ready when it is first asked for.
 */
export function draftRenderer(set: TemplateSet, shop: Shop): FolderRenderer {
  const compiled = new Map<string, Compiled>();
  const compiledOf = (id: string): Compiled => {
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const source = set.sources.find((candidate) => candidate.id === id);
    const made: Compiled = source === undefined ? unknown(id) : { kind: 'compiled', template: compileDraft(source, set) };
    compiled.set(id, made);
    return made;
  };
  return rendererOf(compiledOf, shop, remembering());
}

/** What a text depends on, beside language, zone and currency. */
interface Reads {
  readonly roots: readonly string[];
  readonly ofProfile: readonly (readonly string[])[];
  /** It says `now` or `today`. */
  readonly saysNow: boolean;
}

/** Fills in once what comes out the same for many: most of a letter is read by everybody, and a story sends it often. */
function remembering(): typeof renderVariant {
  const known = new Map<ParsedVariant, { readonly reads: Reads | null; readonly filled: Map<string, RenderResult> }>();
  return (template, variant, context, shop, locale) => {
    const { reads, filled } = known.get(variant) ?? { reads: readsOf(template, variant), filled: new Map<string, RenderResult>() };
    known.set(variant, { reads, filled });
    if (reads === null) return renderVariant(template, variant, context, shop, locale);
    const key = JSON.stringify([locale, context.timeZone, context.cart?.currency ?? null, asRead(reads, context)]);
    const result = filled.get(key) ?? renderVariant(template, variant, context, shop, locale);
    filled.set(key, result);
    return result;
  };
}

function asRead({ roots, ofProfile, saysNow }: Reads, context: RenderContext): readonly unknown[] {
  const seen = { ...context.known, ...context };
  const at = (path: readonly string[]) => readPath(seen, path.join('.')) ?? null;
  return [...roots.map((root) => at([root])), ...ofProfile.map(at), saysNow ? context.at : null];
}

/** Null: that cannot be told, and nothing of it is remembered. */
function readsOf(template: CompiledTemplate, variant: ParsedVariant): Reads | null {
  const parsed = variant.kind === 'plain' ? [variant.body] : [variant.subject, variant.html, variant.text];
  const texts = Object.values<string>(template.variants[variant.language] ?? {});
  try {
    const named = parsed.flatMap((one) => variablesOf(one).map(({ path }) => path));
    const paths = [...named, ...template.requires.map((path) => path.split('.'))];
    const [ofProfile, others] = [paths.filter(([root]) => root === 'profile'), paths.filter(([root]) => root !== 'profile')];
    return {
      roots: [...new Set(others.map(([root = '']) => root))],
      ofProfile: [...new Map(ofProfile.map((path) => [path.join('.'), path])).values()],
      saysNow: texts.some((text) => /\b(?:now|today)\b/.test(text)),
    };
  } catch {
    return null;
  }
}

function rendererOf(compiledOf: (id: string) => Compiled, shop: Shop, fillIn: typeof renderVariant): FolderRenderer {
  const variants = new Map<string, ParsedVariant | null>();
  const fill = (id: string, context: RenderContext, locale: string | null = context.profile.locale): RenderResult => {
    const known = compiledOf(id);
    if (known.kind === 'broken') return { kind: 'empty', problem: known.problem };
    return render(known.template, context, { shop, locale, variants, fillIn });
  };
  const asks = (id: string): readonly string[] => {
    const known = compiledOf(id);
    return known.kind === 'compiled' ? (known.template.asks ?? []) : [];
  };
  return Object.assign(fill, { asks });
}

function unknown(id: string): Compiled {
  return { kind: 'broken', problem: `There is no template ${id} in the project folder.` };
}

async function compile(set: TemplateSet, id: string, mjml: Parameters<typeof compileTemplate>[2]): Promise<Compiled> {
  const source = set.sources.find((candidate) => candidate.id === id);
  if (source === undefined) return unknown(id);
  const { compiled: template, problems } = await compileTemplate(source, set, mjml);
  const [problem] = problems;
  return problem === undefined
    ? { kind: 'compiled', template }
    : { kind: 'broken', problem: `The template ${id} does not compile: ${problem.message}` };
}

interface Rendering {
  readonly shop: Shop;
  readonly locale: string | null;
  readonly variants: Map<string, ParsedVariant | null>;
  readonly fillIn: typeof renderVariant;
}

function render(template: CompiledTemplate, context: RenderContext, { shop, locale: wanted, variants, fillIn }: Rendering): RenderResult {
  const { language, locale } = chooseLanguage(template, wanted, shop);
  try {
    const key = `${template.id}.${language}`;
    const variant = variants.get(key) ?? parseVariant(template, language, shop.look);
    variants.set(key, variant);
    if (variant === null) return { kind: 'empty', problem: `The template ${template.id} has no words in any language.` };
    return fillIn(template, variant, context, shop, locale);
  } catch {
    return { kind: 'empty', problem: `The template ${template.id} is not valid Liquid: "sojourn template lint" says where.` };
  }
}
