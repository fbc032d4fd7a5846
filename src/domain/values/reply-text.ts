/** People see at most this many characters of a provider's answer. */
const longest = 200;

/**
 * A provider's words without personal data: addresses, telephone numbers, links, and known data of the recipient. On one line, cut at 200
 * characters. `known`: the address and name that the message had.
 */
export function withoutPersonalData(reply: string, known: readonly (string | null)[] = []): string {
  let text = reply;
  // Servers answer each mail, most of them with nothing to take out: a look for the sign that each kind has costs a tenth of the search.
  if (text.includes('://')) text = text.replaceAll(/\bhttps?:\/\/([^\s/]+)\S*/giu, 'https://$1/…');
  if (text.includes('@')) text = text.replaceAll(/<?[^\s<>()[\]",;:=]*@[^\s<>()[\]",;:=]*>?/gu, '…');
  for (const one of namesIn(known)) if (mayHold(text, one)) text = text.replaceAll(new RegExp(escaped(one), 'giu'), '…');
  text = text
    .replaceAll(/\+?\d[\d\s()-]{6,}\d/gu, '…')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** The address as it is, what stands before its @, and each word of a name. Short words stand in any sentence and name nobody. */
function namesIn(known: readonly (string | null)[]): readonly string[] {
  const parts = known.flatMap((one) =>
    one === null ? [] : [one, one.split('@')[0] ?? '', ...(one.split('@')[0] ?? '').split(/[\s.+_-]+/u)],
  );
  return [...new Set(parts)].filter((part) => part.length >= 3).toSorted((a, b) => b.length - a.length);
}

/**
 * False: it does not stand there, in whatever case. What is not ASCII folds in ways of its own (ſ is an s), which only the search knows.
 */
function mayHold(text: string, one: string): boolean {
  return !isAscii(text) || !isAscii(one) || text.toLowerCase().includes(one.toLowerCase());
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}*$/u.test(text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
