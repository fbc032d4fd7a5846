/** A complaint about a journey's source. */
export interface LintProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion: string | null;
  readonly severity: 'error' | 'warning';
}

/** `journeys/x.journey.yaml:3:5 error: … Did you mean …?` An editor jumps to it. */
export function problemLine(file: string, problem: LintProblem): string {
  return `${file}:${problem.line}:${problem.column} ${problem.severity}: ${problem.message}${problem.suggestion === null ? '' : ` ${problem.suggestion}`}`;
}
