import { Command, CommanderError } from 'commander';
import type { Add, Group } from './add.js';
import { type CliIo, createContext, type GlobalOptions, type Outcome } from './context.js';
import { CliFailure } from './failure.js';
import { printableIo } from './printable.js';
import { addBroadcasts } from './tree/broadcasts.js';
import { addEntries } from './tree/entries.js';
import { addEvents } from './tree/events.js';
import { addJourneys } from './tree/journeys.js';
import { addKeys } from './tree/keys.js';
import { addMessages } from './tree/messages.js';
import { addOperation } from './tree/operate.js';
import { addPeople } from './tree/people.js';
import { addProject } from './tree/project.js';

/** Runs a command line. Answers the exit code: 0 done, 1 refused or failed, 2 not asked rightly. */
export async function runCli(args: readonly string[], terminal: CliIo): Promise<0 | 1 | 2> {
  const io = printableIo(terminal);
  const state: { outcome: Outcome | null } = { outcome: null };
  const program = buildProgram(io, state);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return answerFailure(error, program.opts<GlobalOptions>().json === true, io);
  }
  if (state.outcome === null) return 0;
  io.out(program.opts<GlobalOptions>().json ? JSON.stringify(state.outcome.value, null, 2) : state.outcome.text);
  return state.outcome.exitCode ?? 0;
}

function answerFailure(error: unknown, json: boolean, io: CliIo): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliFailure) {
    if (json) io.out(JSON.stringify({ error: error.message, details: error.details }, null, 2));
    else io.err(error.message);
    return error.exitCode;
  }
  // A mistake in shop.yaml, the settings or the like says itself what is wrong; anything else is a fault of ours.
  const isOurs = !(error instanceof Error) || error.name === 'TypeError' || error.name === 'Error';
  io.err(isOurs && error instanceof Error ? (error.stack ?? error.message) : error instanceof Error ? error.message : String(error));
  return 1;
}

/** The tree of commands. What a command does is imported when it runs, so that help and completion stay quick. */
function buildProgram(io: CliIo, state: { outcome: Outcome | null }): Command {
  const program = new Command('sojourn')
    .description('Customer journeys over email and SMS.')
    .option('--json', 'print JSON')
    .option('--url <url>', 'the API of a running Sojourn, instead of the one in the data folder')
    .option('--api-key <key>', 'the API key for it')
    .option('--data <folder>', 'the data folder of a running Sojourn (else SOJOURN_DATA, else .sojourn)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help tells how it is used)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });

  // Commands take over output and exit override from the program, and its options may stand before or after theirs.
  const add: Add = (parent, spec, description, run) =>
    parent
      .command(spec)
      .description(description)
      .action(async (...given: readonly unknown[]) => {
        state.outcome = await run(createContext(io, program.opts<GlobalOptions>()), given.at(-1) as Command);
      });
  const group: Group = (name, description) => program.command(name).description(description);

  addProject(program, add, group);
  addJourneys(add, group);
  addBroadcasts(add, group);
  addPeople(program, add, group);
  addEntries(add, group);
  addMessages(program, add, group);
  addEvents(add, group);
  addOperation(program, add, group);
  addKeys(add, group);
  return program;
}
