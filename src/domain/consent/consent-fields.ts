import { isRecord } from '../values/is-record.js';

/** What an act of consent says of itself, field by field. */
export type Fields = Readonly<Record<string, unknown>>;

export function text(value: unknown, limit = 4000): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, limit) : null;
}

/** The page of Segment's `context`. */
export function pageOf(context: Fields): string | null {
  const { page } = context;
  return isRecord(page) ? text(page['url'], 2000) : null;
}

/** What describes an act, of a yes as of a no. */
export function describedIn(fields: Fields, context: Fields) {
  return {
    method: text(fields['method'], 200) ?? 'unspecified',
    source: text(fields['source'], 500) ?? text(fields['form_id'], 500) ?? 'event',
    text: text(fields['text']),
    textHash: text(fields['text_hash'], 200),
    locale: text(fields['locale'], 35) ?? text(context['locale'], 35),
    sourceUrl: text(fields['source_url'], 2000) ?? pageOf(context),
    actor: text(fields['actor'], 200),
    evidence: text(fields['evidence'], 1000),
  };
}
