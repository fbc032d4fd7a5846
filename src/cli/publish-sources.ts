import type { PublishedDefinition } from '../api/contract/definitions.js';
import type { PublishedJourney } from '../api/contract/journeys.js';
import type { PublishedPolicy } from '../api/contract/policies.js';
import { describeProblem } from '../yaml/problem.js';
import type { Outcome } from './context.js';
import { CliFailure } from './failure.js';
import type { SourceFile } from './source-file.js';

type Published = PublishedPolicy | PublishedJourney | PublishedDefinition;
type Complaint = Published['problems'][number];

/** Publishes each file by itself, and says of each what became of it. `inForce`: the words for a new version, `live` or `in force`. */
export async function publishSources<T extends Published, S extends SourceFile>(
  sources: readonly S[],
  of: { readonly publish: (source: S) => Promise<T>; readonly name: (result: T) => string; readonly inForce: string },
): Promise<Outcome> {
  const results: (T | { readonly file: string; readonly refused: string; readonly problems: readonly Complaint[] })[] = [];
  const lines: string[] = [];
  let refused = 0;
  for (const source of sources) {
    const { file } = source;
    try {
      const result = await of.publish(source);
      results.push(result);
      const what = `${of.name(result)}: version ${result.version}`;
      lines.push(result.published ? `${what} is ${of.inForce}.` : `${what} is the same as the live version; nothing changed.`);
      if ('state' in result && result.state !== 'active') lines.push(standsStill(of.name(result), result.state));
      lines.push(...result.problems.map((problem) => describeProblem({ ...problem, file })));
    } catch (error) {
      if (!(error instanceof CliFailure) || !hasProblems(error.details)) throw error;
      refused += 1;
      results.push({ file, refused: error.message, problems: error.details.problems });
      lines.push(error.message, ...error.details.problems.map((problem) => describeProblem({ ...problem, file })));
    }
  }
  return { value: results, text: lines.join('\n'), exitCode: refused > 0 ? 1 : 0 };
}

function standsStill(name: string, state: 'paused' | 'archived'): string {
  return state === 'paused'
    ? `${name} is paused: nobody enters it until sojourn journey resume ${name}.`
    : `${name} is archived: nobody can enter it. Publish it under another id (journey: …) to run it again.`;
}

function hasProblems(details: unknown): details is { readonly problems: readonly Complaint[] } {
  return typeof details === 'object' && details !== null && 'problems' in details && Array.isArray(details.problems);
}
