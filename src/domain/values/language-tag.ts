/** The language that a text from outside names, as BCP 47: `de_DE.UTF-8`, `de-DE,de;q=0.9` and `German` say one too. Null: none. */
export function readLanguageTag(text: string | null): string | null {
  if (text === null || text.length > longest) return null;
  const known = tags.get(text);
  if (known !== undefined) return known;
  const tag = canonicalTag(text);
  if (tags.size >= tagsAtMost) tags.clear();
  tags.set(text, tag);
  return tag;
}

/** The language of a tag such as `de-AT` or `de_DE`, in lower case: `de`. */
export function languageOf(tag: string): string {
  return (tag.split(/[-_]/)[0] ?? tag).toLowerCase();
}

/** A shop's people write a few dozen, and each mail asks twice. */
const tags = new Map<string, string | null>();
const tagsAtMost = 500;

function canonicalTag(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(tagOf(text))[0] ?? null;
  } catch {
    return null;
  }
}

const longest = 200;

function tagOf(text: string): string {
  const bare = text.replace(/[\p{Cf}\p{Cc}]/gu, '').trim();
  const first = (bare.split(/[,;.@]/)[0] ?? '').trim().replace(/_/g, '-');
  const name = (first.split('(')[0] ?? '').trim().toLowerCase();
  return Object.hasOwn(languagesByName, name) ? (languagesByName[name] ?? first) : first;
}

const languagesByName: Readonly<Record<string, string>> = Object.fromEntries(
  'en de fr es it nl pl pt sv da nb fi cs sk hu ro el tr ja ko zh ru uk bg hr sl et lv lt'.split(' ').flatMap((code) => {
    const inEnglish = new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code;
    const inOwn = new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
    return [
      [inEnglish.toLowerCase(), code],
      [inOwn.toLowerCase(), code],
    ];
  }),
);
