import type { DefinitionKind } from '../../definitions/kind.js';
import { definitionKinds } from '../../definitions/list.js';
import { type Command, command } from '../command.js';
import { option } from '../options.js';

/** The same commands for each kind of definition: `segment lint`, `segment publish`, `segment list`, `segment show`, `segment archive`. */
export const definitionCommands: readonly Command[] = definitionKinds.flatMap(commandsOf);

/** What help says of each kind. */
export const definitionGroups: Readonly<Record<string, string>> = Object.fromEntries(definitionKinds.map(({ kind, help }) => [kind, help]));

function commandsOf(kind: DefinitionKind): readonly Command[] {
  return kind.only === undefined ? [...fileCommands(kind), ...folderCommands(kind)] : [...fileCommands(kind), versionsCommand(kind)];
}

const work = () => import('../work/definitions.js');

/** What every kind has. */
function fileCommands(kind: DefinitionKind): readonly Command[] {
  const { kind: one, many } = kind;
  const tell = option('--tell', 'also start journeys for people whom the new version itself moves in or out');
  return [
    command({
      name: `${one} lint [files...]`,
      help: `check the project’s ${many}, or these files; needs no server`,
      run: async (context, args) => (await work()).lintDefinitions(context, kind, args),
    }),
    command({
      name: `${one} publish [files...]`,
      help: `put the project’s ${many}, or these files, in force`,
      options: [option('--note <text>', 'what changed'), ...(kind.movesPeople === true ? [tell] : [])],
      run: async (context, args, options) => (await work()).publishDefinitions(context, kind, args, options()),
    }),
  ];
}

/** Of one file that has them all: what lists and shows them is the kind's own. */
function versionsCommand(kind: DefinitionKind): Command {
  return command({
    name: `${kind.kind} versions`,
    help: `the versions of ${kind.only}`,
    options: [option('--source', 'print the YAML'), option('--at <version>', 'another version than the newest')],
    run: async (context, _args, options) => (await work()).showDefinition(context, kind, kind.many, options()),
  });
}

function folderCommands(kind: DefinitionKind): readonly Command[] {
  const { kind: one } = kind;
  return [
    command({
      name: `${one} list`,
      help: `the ${kind.many} in force, and since when`,
      run: async (context) => (await work()).listDefinitions(context, kind),
    }),
    command({
      name: `${one} show <id>`,
      help: `a ${one} and its versions`,
      options: [option('--source', 'print the YAML'), option('--at <version>', 'another version than the newest')],
      run: async (context, [id = ''], options) => (await work()).showDefinition(context, kind, id, options()),
    }),
    command({
      name: `${one} archive <id>`,
      help: `take a ${one} out of force; publishing it again brings it back`,
      options: [option('--yes', 'confirm')],
      run: async (context, [id = ''], options) => (await work()).archiveDefinition(context, kind, id, options()),
    }),
  ];
}
