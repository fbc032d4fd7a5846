import type { CompiledTemplate } from '../domain/messages/template.js';
import type { Shop } from '../domain/shop/shop.js';
import type { FileProblem } from '../yaml/problem.js';
import { problemAt } from '../yaml/yaml-file.js';
import { readSample } from './preview.js';
import { chooseLanguage, parseVariant, renderVariant } from './render.js';
import type { TemplateSet, TemplateSource } from './template-set.js';

/**
 * Data without which nothing can be sent, although `requires` does not name it: a broadcast without it would start and reach nobody. Found
 * by leaving each part of the example data out.
 */
export function checkRequires(source: TemplateSource, set: TemplateSet, shop: Shop, compiled: CompiledTemplate): readonly FileProblem[] {
  const [sample] = set.samples;
  const read = sample === undefined ? null : readSample(sample);
  if (read?.kind !== 'ok') return [];
  const example = source.data ?? {};
  const saysSomething = (data: Readonly<Record<string, unknown>>): boolean =>
    Object.keys(source.words).every((language) => {
      const variant = parseVariant(compiled, language);
      const { locale } = chooseLanguage(compiled, language, shop);
      return variant === null || renderVariant(compiled, variant, { ...read.context, data }, shop, locale).kind !== 'empty';
    });
  if (!saysSomething(example)) return [];
  return Object.keys(example)
    .filter((key) => !source.requires.some((path) => path === `data.${key}` || path.startsWith(`data.${key}.`)))
    .filter((key) => !saysSomething(Object.fromEntries(Object.entries(example).filter(([other]) => other !== key))))
    .map((key) =>
      problemAt(
        source.yaml,
        ['data', key],
        `Without "data.${key}" nothing is sent, and "requires" does not name it.`,
        `Add data.${key} to "requires": what comes without it is then refused at once.`,
        'warning',
      ),
    );
}
