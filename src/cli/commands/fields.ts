import type { FieldList } from '../../api/contract/fields.js';
import { durationWords } from '../../domain/time/duration.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { oneLine } from '../printable.js';
import { paragraphs, plural, table } from '../text.js';

export const fieldListCommand = command({
  name: 'field list',
  help: 'the fields of people: declared, found on people, and what reads each',
  run: (context) => listFields(context),
});

type Item = FieldList['items'][number];

/** `field list`: declared fields with their readers, those that nothing reads, traits that nobody declared. */
async function listFields(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const answer = await api.get<FieldList>('/v1/fields');
  const declared = answer.items.filter((item) => item.declared !== null);
  const unknown = answer.items.filter((item) => item.declared === null);
  const unread = declared.filter(({ uses }) => uses.length === 0);
  return {
    value: answer,
    text: paragraphs(
      table(
        ['field', 'type', 'purpose', 'kept', 'special', 'read by'],
        declared.map(declaredRow),
        'No field is declared: write fields.yaml, then sojourn field publish.',
      ),
      unread.length === 0 ? null : `Nothing reads ${unread.map(({ name }) => name).join(', ')}: use it, or take it out of fields.yaml.`,
      unknown.length === 0 ? null : `Not declared (${plural(answer.lookedAt, 'person', 'people')} looked at):`,
      table(
        ['trait', 'people', 'read by'],
        unknown.map(({ name, people, uses }) => [oneLine(name), people, readers(uses)]),
        '',
      ),
    ),
  };
}

function declaredRow({ name, declared, uses }: Item): readonly string[] {
  if (declared === null) return [name];
  const { type, purpose, keepMs, special } = declared;
  return [name, type, purpose, keepMs === null ? 'always' : durationWords(keepMs), special ?? '', readers(uses)];
}

function readers(uses: Item['uses']): string {
  if (uses.length === 0) return 'nothing';
  return uses.map(({ kind, id }) => (kind === 'sojourn' ? 'every send' : `${kind} ${id}`)).join(', ');
}
