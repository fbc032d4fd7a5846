import { type SettingName, settingNames, settings } from '../../settings/config.js';
import type { CliContext, Outcome } from '../context.js';
import { paragraphs } from '../text.js';

/** `config`: every setting with its meaning and what it is now. Of secrets it only says whether they are set. */
export async function showConfig(context: CliContext): Promise<Outcome> {
  const rows = settingNames.map((name) => {
    const given = context.io.env[name];
    const isSet = given !== undefined && given.trim() !== '';
    return { name, meaning: settings[name].meaning, isSet, isSecret: isSecret(name), value: shown(name, isSet ? given : undefined) };
  });
  const text = rows.map(
    (row) => `${row.name}=${row.value ?? ''}${row.isSet || row.value === null ? '' : '  (default)'}\n    ${row.meaning}`,
  );
  return { value: rows, text: paragraphs(text.join('\n'), 'Settings come from the environment, and from .env in the present folder.') };
}

/** The value as it would count; null when there is none. */
function shown(name: SettingName, given: string | undefined): string | null {
  if (isSecret(name)) return given === undefined ? null : '(set)';
  const parsed = settings[name].schema.safeParse(given);
  if (!parsed.success) return `${given ?? ''}  (not valid: ${parsed.error.issues.map((issue) => issue.message).join('; ')})`;
  return parsed.data === undefined ? null : String(parsed.data);
}

function isSecret(name: SettingName): boolean {
  const setting = settings[name];
  return 'secret' in setting && setting.secret === true;
}
