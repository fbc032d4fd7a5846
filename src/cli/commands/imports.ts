import { Option } from 'commander';
import type { ImportAnswer } from '../../api/contract/imports.js';
import { type Command, command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { limitOption, option } from '../options.js';
import { paragraphs, plural, table } from '../text.js';
import type { ImportOptions, ImportRun } from '../work/import-run.js';

/** Here and in `src/sources/file/fields.ts`, which loads too slowly for help. */
const kinds = {
  people: 'people, with what they consent to',
  orders: 'orders of the past',
  products: 'products',
  consents: 'consents, unsubscribes and addresses that get nothing',
} as const;

interface Given extends ImportOptions {
  readonly dryRun?: boolean;
}

export const importCommands: readonly Command[] = Object.entries(kinds).map(([kind, what]) =>
  command({
    name: `import ${kind} <file>`,
    help: `${what}, from a CSV or JSONL file`,
    options: [
      option('--mapping <name>', 'which column is what: a file, or a name such as mailchimp-subscribed'),
      option('--dry-run', 'count and show what is wrong, write nothing'),
      option('--trigger', 'events that are not too late start journeys; otherwise nothing does'),
      option('--as-of <date>', 'when the file was written (else its last change)'),
      new Option('--encoding <name>', 'which letters the file is written in (else it is detected)').choices([
        'utf-8',
        'utf-16le',
        'utf-16be',
        'windows-1252',
      ]),
    ],
    examples: [`sojourn import ${kind} export.csv --dry-run`],
    run: (context, [file = ''], options) => importFile(context, kind as keyof typeof kinds, file, options()),
  }),
);

export const importListCommand = command({
  name: 'import list',
  help: 'imports and how far they are',
  options: [limitOption()],
  run: (context, _args, options) => listImports(context, options()),
});

/** `import <kind> <file>` */
async function importFile(context: CliContext, kind: keyof typeof kinds, path: string, options: Given): Promise<Outcome> {
  const { checkImport, runImport } = await import('../work/import-run.js');
  const tell = teller(context);
  const run = await (options.dryRun === true ? checkImport : runImport)(context, kind, path, options, tell.tell);
  tell.end();
  return { value: run, text: options.dryRun === true ? checked(run) : done(run), exitCode: run.faulty > 0 ? 1 : 0 };
}

/** On a terminal one line that changes; elsewhere a line every ten seconds. */
function teller({ io }: CliContext): { readonly tell: (line: string) => void; readonly end: () => void } {
  const isTerminal = process.stderr.isTTY;
  let last = performance.now();
  let isDrawn = false;
  return {
    tell: (line) => {
      if (isTerminal) {
        process.stderr.write(`\r\u001B[2K${line}`);
        isDrawn = true;
      } else if (performance.now() - last > 10_000) {
        last = performance.now();
        io.err(line);
      }
    },
    end: () => {
      if (isDrawn) process.stderr.write('\r\u001B[2K');
    },
  };
}

function checked(run: ImportRun): string {
  return paragraphs(
    `Nothing was written. ${plural(run.taken, 'thing')} would be taken, ${run.faulty} not.`,
    leftOut(run),
    columns(run),
    faults(run),
  );
}

function done(run: ImportRun): string {
  const { import: told, resumedAt, taken, faulty, seconds } = run;
  if (told !== null && told.finishedAt !== null && told.position === resumedAt && resumedAt > 0)
    return `This file was imported already, as ${told.id}: ${taken} taken, ${faulty} not. Nothing was done.`;
  const resumed = resumedAt === 0 ? '' : ` It went on after ${resumedAt}, which were dealt with before.`;
  return paragraphs(
    `${plural(taken, 'thing')} taken, ${faulty} not, in ${seconds.toFixed(1)} s (import ${told?.id ?? ''}).${resumed}`,
    leftOut(run),
    columns(run),
    faults(run),
  );
}

const why: Readonly<Record<string, string>> = {
  'says-nothing': 'say nothing about consent (never asked)',
  erased: 'are of people who had themselves erased',
  'yes-after-a-no': 'have a yes of somebody who said no to you here: the yes was left out',
};

function leftOut({ leftOut: counts }: ImportRun): string | null {
  const lines = Object.entries(counts).map(([reason, count]) => `${count} ${why[reason] ?? reason}`);
  return lines.length === 0 ? null : lines.join('\n');
}

function columns({ file, read, unread }: ImportRun): string {
  const letters = file.encoding === 'utf-8' ? '' : `The file is read as ${file.encoding}.\n`;
  const fields = Object.entries(read).map(([field, heading]) => [field, heading]);
  const rest = unread.length === 0 ? '' : `\nNot read: ${unread.join(', ')}.`;
  return `${letters}${table(['field', 'column'], fields, '')}${rest}`;
}

function faults({ faults: first, faulty, import: told }: ImportRun): string | null {
  if (first.length === 0) return null;
  const more = faulty > first.length ? `\n… and ${faulty - first.length} more.` : '';
  const where =
    told === null
      ? ''
      : '\nEach is a dead letter: sojourn dead-letter list. Mend them in the file and import it again: what was taken is not taken twice.';
  return `${first.map(({ line, detail }) => `line ${line}: ${detail}`).join('\n')}${more}${where}`;
}

/** `import list` */
async function listImports(context: CliContext, { limit }: { readonly limit: number }): Promise<Outcome> {
  const api = await context.client();
  const local = await context.localTime();
  const items = await api.list<ImportAnswer>('/v1/imports', {}, limit);
  const rows = items.map((one) => [
    one.id,
    one.kind,
    one.file,
    one.taken,
    one.faulty,
    local(one.startedAt),
    one.finishedAt === null ? `at ${one.position}` : 'finished',
  ]);
  return {
    value: items,
    text: table(
      ['import', 'what', 'file', 'taken', 'not', 'started', ''],
      rows,
      'Nothing was imported yet: sojourn import people export.csv --dry-run',
    ),
  };
}
