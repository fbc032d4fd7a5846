import type { Command as Commander, Option } from 'commander';
import type { CliContext, Outcome } from './context.js';

/**
 * A command of `sojourn`, whole: how it is typed, what help says of it, what it does. The program is a list of them (`commands/index.ts`).
 */
export interface Command {
  /** Its words, then its arguments as help shows them: `api-key create <name>`, `journey lint <files...>`. */
  readonly name: string;
  readonly help: string;
  readonly options?: readonly Option[];
  /** Lines to type, shown by its own help. */
  readonly examples?: readonly string[];
  /** `options()`: by their long names in camel case, as their parsers left them. */
  readonly run: (context: CliContext, args: readonly string[], options: Commander['opts']) => Promise<Outcome>;
}

export function command(spec: Command): Command {
  return spec;
}

/** `api-key create <name>`: the words that call it, and what follows the last of them. */
export function typedAs({ name }: Command): { readonly group: string | null; readonly spec: string } {
  const [, first = '', second] = /^([a-z-]+)(?: ([a-z-]+.*))?/.exec(name) ?? [];
  return second === undefined ? { group: null, spec: name } : { group: first, spec: second };
}
