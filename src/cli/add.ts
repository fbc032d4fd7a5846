import type { Command } from 'commander';
import type { CliContext, Outcome } from './context.js';

/** Adds a command to a group or to the program: how it is typed, what it says in help, what it does. Answers it, for its options. */
export type Add = (
  parent: Command,
  spec: string,
  description: string,
  run: (context: CliContext, command: Command) => Promise<Outcome>,
) => Command;

/** Adds a group of commands, such as `journey`, to the program. */
export type Group = (name: string, description: string) => Command;
