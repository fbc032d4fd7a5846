import type { FileProblem } from '../yaml/problem.js';
import { checkYaml, problemAt, readYaml, type YamlFile } from '../yaml/yaml-file.js';
import { compileJourney } from './compile.js';
import type { JourneyDefinition } from './definition.js';
import type { Finding, KnownNames } from './finding.js';
import { lintJourney } from './lint.js';
import { surprises } from './lint-scalars.js';
import { lintTheRest } from './lint-the-rest.js';
import { journeySource } from './source.js';

export type { TemplateCatalog } from './finding.js';

/** Something wrong in a journey's file. Lines and columns count from 1. */
export type JourneyProblem = Omit<FileProblem, 'file'>;

/** Above this a file is no journey that anyone wrote; it bounds what aliases can blow up. */
const longestSource = 200_000;

/**
 * Reads a journey's YAML: form, meaning and the compiled graph in one go, also where the form is wrong somewhere. Warnings come with `ok`.
 * Names of a kind that is absent in `names` are not looked up. Never throws for what is written in the file.
 */
export function parseJourney(
  source: string,
  names: KnownNames,
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
  if (checked.kind === 'invalid') {
    const rest = yaml.syntaxProblems.length > 0 ? [] : lintTheRest(yaml, names);
    return {
      kind: 'invalid',
      problems: inOrder([...checked.problems.map(withoutFile), ...rest.map((finding) => problemOf(yaml, finding))]),
    };
  }
  const compiled = compileJourney(checked.value);
  const problems = inOrder([
    ...lintJourney(compiled, names).map((finding) => problemOf(yaml, finding)),
    ...surprises(yaml).map(withoutFile),
  ]);
  if (problems.some(({ severity }) => severity === 'error')) return { kind: 'invalid', problems };
  return { kind: 'ok', definition: compiled.definition, problems };
}

function problemOf(yaml: YamlFile, { path, message, suggestion, severity }: Finding): JourneyProblem {
  return withoutFile(problemAt(yaml, path, message, suggestion, severity));
}

function inOrder(problems: readonly JourneyProblem[]): readonly JourneyProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function withoutFile({ line, column, path, message, suggestion, severity }: FileProblem): JourneyProblem {
  return { line, column, path, message, suggestion, severity };
}
