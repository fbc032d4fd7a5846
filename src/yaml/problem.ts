/** Something wrong in a file that people write (`shop.yaml`, templates). Lines and columns count from 1. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the file's structure: `locales.de.subject`; empty outside YAML. */
  readonly path: string;
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** `templates/email/x.mjml:3:5 error …` with the suggestion, if any, in the same line. */
export function describeProblem(problem: FileProblem): string {
  const suggestion = problem.suggestion === null ? '' : ` ${problem.suggestion}`;
  return `${problem.file}:${problem.line}:${problem.column} ${problem.severity}: ${problem.message}${suggestion}`;
}
