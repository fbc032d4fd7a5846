import { checkYaml, problemAt, readYaml } from '../yaml/yaml-file.js';
import type { FileProblem } from '../yaml/problem.js';
import { compileJourney } from './compile.js';
import type { JourneyDefinition } from './definition.js';
import { lintJourney, type TemplateCatalog } from './lint.js';
import { journeySource } from './source.js';

export type { TemplateCatalog } from './lint.js';

/** Something wrong in a journey's file. Lines and columns count from 1. */
export type JourneyProblem = Omit<FileProblem, 'file'>;

/** Above this a file is no journey that anyone wrote; it bounds what aliases can blow up. */
const longestSource = 200_000;

/**
 * Reads a journey's YAML: form, then meaning, then the compiled graph. Warnings come with `ok`. Without `templates` and `topics` their names are not looked up.
 * Never throws for what is written in the file.
 */
export function parseJourney(
  source: string,
  options: { readonly templates?: TemplateCatalog; readonly topics?: readonly string[] },
):
  | { readonly kind: 'ok'; readonly definition: JourneyDefinition; readonly problems: readonly JourneyProblem[] }
  | { readonly kind: 'invalid'; readonly problems: readonly JourneyProblem[] } {
  if (source.length > longestSource)
    return {
      kind: 'invalid',
      problems: [
        {
          line: 1,
          column: 1,
          path: '',
          message: 'The file is longer than 200,000 characters.',
          suggestion: 'Split it into several journeys.',
          severity: 'error',
        },
      ],
    };
  const yaml = readYaml('', source);
  const checked = checkYaml(yaml, journeySource);
  if (checked.kind === 'invalid') return { kind: 'invalid', problems: checked.problems.map(withoutFile) };
  const compiled = compileJourney(checked.value);
  const problems = lintJourney(compiled, options.templates, options.topics)
    .map(({ path, message, suggestion, severity }) => withoutFile(problemAt(yaml, path, message, suggestion, severity)))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'invalid', problems };
  return { kind: 'ok', definition: compiled.definition, problems };
}

function withoutFile({ line, column, path, message, suggestion, severity }: FileProblem): JourneyProblem {
  return { line, column, path, message, suggestion, severity };
}
