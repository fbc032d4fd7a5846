import { readFile } from 'node:fs/promises';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { describeProblem, type FileProblem } from '../../yaml/problem.js';

/** The server knows the source, not the file. */
type Complaint = Omit<FileProblem, 'file'>;

interface Published {
  readonly journeyId: string;
  readonly version: number;
  readonly published: boolean;
  readonly problems: readonly Complaint[];
}

/** `journey publish <files…>`: each file becomes the live version of its journey, when it is without errors. */
export async function publishJourneys(
  context: CliContext,
  files: readonly string[],
  options: { readonly note?: string },
): Promise<Outcome> {
  const api = await context.client();
  const results: (Published | { readonly file: string; readonly refused: string; readonly problems: readonly Complaint[] })[] = [];
  const lines: string[] = [];
  let refused = 0;
  for (const file of files) {
    const source = await readFile(file, 'utf8').catch(() => {
      throw new CliFailure(`There is no file ${file} that can be read.`, 2);
    });
    try {
      const result = await api.post<Published>(`/v1/journeys/${encodeURIComponent(idIn(source, file))}/versions`, {
        source,
        ...(options.note === undefined ? {} : { note: options.note }),
      });
      results.push(result);
      lines.push(
        result.published
          ? `${result.journeyId}: version ${result.version} is live.`
          : `${result.journeyId}: version ${result.version} says the same already; nothing changed.`,
      );
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

/** The server says what is wrong with a source; only its id is needed to know where to send it. Without one, the file's name will do. */
function idIn(source: string, file: string): string {
  return /^journey:\s*["']?([A-Za-z0-9_-]+)/m.exec(source)?.[1] ?? file.replace(/^.*\//, '').replace(/(\.journey)?\.ya?ml$/, '');
}

function hasProblems(details: unknown): details is { readonly problems: readonly Complaint[] } {
  return typeof details === 'object' && details !== null && 'problems' in details && Array.isArray(details.problems);
}
