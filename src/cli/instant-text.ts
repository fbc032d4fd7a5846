import { CliFailure } from './failure.js';

/** `2026-12-01` or a full ISO instant, as the API takes it. Throws a `CliFailure` (2) that names the option. */
export function instantText(text: string, option: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new CliFailure(`${option} takes a date such as 2026-12-01 or an instant such as 2026-12-01T09:00:00Z.`, 2);
  return new Date(at).toISOString();
}
