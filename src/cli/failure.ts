/** Something went wrong that a person can mend: a sentence for stderr, and the exit code. 1: refused or failed. 2: not asked rightly. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
    /** What `--json` prints: problem details, where the server sent some. */
    readonly details: unknown = null,
  ) {
    super(message);
  }
}
