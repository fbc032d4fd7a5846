import { surprises } from '../journey/lint-scalars.js';
import type { FileProblem } from '../yaml/problem.js';
import { checkYaml, problemAt, readYaml } from '../yaml/yaml-file.js';
import type { DefinitionContext, DefinitionKind } from './kind.js';

export type ParsedDefinition<D extends object> =
  | { readonly kind: 'ok'; readonly id: string; readonly definition: D; readonly problems: readonly FileProblem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] };

/** Above this a file was written by nobody; it bounds what aliases can blow up. */
const longestSource = 400_000;

/**
 * Reads a definition's YAML: form, then meaning. Problems carry line and column and name `file`. Never throws for what is written in it.
 */
export async function parseDefinition<D extends object>(
  kind: DefinitionKind<D>,
  source: string,
  { file, ...context }: DefinitionContext & { readonly file: string },
): Promise<ParsedDefinition<D>> {
  if (source.length > longestSource) {
    const message = `The file is longer than ${longestSource.toLocaleString('en')} characters.`;
    return { kind: 'invalid', problems: [{ file, line: 1, column: 1, path: '', message, suggestion: null, severity: 'error' }] };
  }
  const form = await kind.form();
  const yaml = readYaml(file, source);
  const checked = checkYaml(yaml, form.schema);
  if (checked.kind === 'invalid') return checked;
  const value = checked.value as never;
  const problems = [
    ...form.lint(value, context).map(({ path, message, suggestion, severity }) => problemAt(yaml, path, message, suggestion, severity)),
    ...surprises(yaml),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'invalid', problems };
  return {
    kind: 'ok',
    id: kind.only === undefined ? ((checked.value as Readonly<Record<string, string>>)[kind.kind] ?? '') : kind.many,
    definition: form.compile(value),
    problems,
  };
}
