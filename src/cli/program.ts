import { Command as Commander, CommanderError, type Option } from 'commander';
import { type Command, typedAs } from './command.js';
import { commands, groups } from './commands/index.js';
import { type CliIo, createContext, type GlobalOptions, type Outcome } from './context.js';
import { CliFailure } from './failure.js';
import { ChannelOption, LetterSourceOption } from './options.js';
import { printableIo } from './printable.js';

/** Runs a command line. Answers the exit code: 0 done, 1 refused or failed, 2 not asked rightly. */
export async function runCli(args: readonly string[], terminal: CliIo): Promise<0 | 1 | 2> {
  const io = printableIo(terminal);
  const state: { outcome: Outcome | null } = { outcome: null };
  const program = buildProgram(io, state, await namesFor(args));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return answerFailure(error, program.opts<GlobalOptions>().json === true, io);
  }
  if (state.outcome === null) return 0;
  io.out(program.opts<GlobalOptions>().json ? JSON.stringify(state.outcome.value, null, 2) : state.outcome.text);
  return state.outcome.exitCode ?? 0;
}

/** What options name that comes from lists elsewhere. */
interface Names {
  readonly channels: readonly string[];
  readonly letterSources: readonly string[];
}

/** Loaded only where the line needs them: the values of the channels take 60 ms, and help takes 130. */
async function namesFor(args: readonly string[]): Promise<Names> {
  const asksForHelp = args.length > 1 && args.some((word) => ['help', '--help', '-h'].includes(word));
  const namesChannel = asksForHelp || args.some((word) => word.startsWith('--channel'));
  return {
    channels: namesChannel ? (await import('../domain/messages/channel.js')).channels : [],
    letterSources: asksForHelp && args.includes('dead-letter') ? (await import('../sources/letter-source.js')).letterSources() : [],
  };
}

function filled(option: Option, { channels, letterSources }: Names): Option {
  if (option instanceof ChannelOption) return option.choices(channels);
  return option instanceof LetterSourceOption ? option.naming(letterSources) : option;
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

/** The list of commands as the library wants them. */
function buildProgram(io: CliIo, state: { outcome: Outcome | null }, names: Names): Commander {
  const program = new Commander('sojourn')
    .description('Customer journeys over email and SMS.')
    .option('--json', 'print JSON')
    .option('--url <url>', 'the API of a running Sojourn, instead of the one in the data folder')
    .option('--api-key <key>', 'the API key for it')
    .option('--data <folder>', 'the data folder of a running Sojourn (default: SOJOURN_DATA, or .sojourn)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help to see how to use it)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });

  const parents = new Map<string | null, Commander>([[null, program]]);
  const parentOf = (group: string | null): Commander => {
    const parent = parents.get(group) ?? program.command(group ?? '').description(groups[group ?? ''] ?? '');
    parents.set(group, parent);
    return parent;
  };
  for (const one of commands) add(one);
  return program;

  // Commands take over output and exit override from the program, and its options may stand before or after theirs.
  function add(one: Command): void {
    const { group, spec } = typedAs(one);
    const added = parentOf(group).command(spec).description(one.help);
    for (const option of one.options ?? []) added.addOption(filled(option, names));
    if (one.examples !== undefined) added.addHelpText('after', ['', 'Examples:', ...one.examples.map((line) => `  ${line}`)].join('\n'));
    added.action(async () => {
      state.outcome = await one.run(createContext(io, program.opts<GlobalOptions>()), added.args, () => added.opts());
    });
  }
}
