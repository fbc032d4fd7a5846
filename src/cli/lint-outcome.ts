import { describeProblem, type FileProblem } from '../yaml/problem.js';
import type { Outcome } from './context.js';
import { plural } from './text.js';

/** How a check of files ended: each problem, and a summary. It fails by an error. `checked`: `3 journeys`. */
export function lintOutcome(checked: string, problems: readonly FileProblem[]): Outcome {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const summary =
    problems.length === 0 ? `${checked}, no problems.` : `${plural(errors, 'error')}, ${plural(problems.length - errors, 'warning')}.`;
  return { value: problems, text: [...problems.map(describeProblem), summary].join('\n'), exitCode: errors > 0 ? 1 : 0 };
}
