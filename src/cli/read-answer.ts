import { CliFailure } from './failure.js';

/**
 * An answer by which something is changed, judged by its schema of the contract before anything is. Throws a `CliFailure` where it reads
 * otherwise: then the server is of another version, and whom it names may be somebody else. What is only shown needs no judging. Schemas
 * are imported when a command runs, so that help stays quick.
 */
export function readAnswer<T>(schema: { readonly safeParse: (answer: unknown) => { readonly success: boolean } }, answer: T): T {
  if (schema.safeParse(answer).success) return answer;
  throw new CliFailure(
    'The command line cannot read the answer of the server, so it stopped: they have different versions. Use the sojourn command of the server’s version.',
  );
}
