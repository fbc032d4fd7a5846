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

/** The known word that `word` was most likely meant to be, at most a third of its letters away; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: { readonly word: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === null || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? null;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const swap = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
