/** A value planted where personal data belongs; wherever else it turns up, something leaks. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Where a canary was found, and in which form. The excerpt shows what stands around it. */
export interface Leak {
  readonly place: string;
  readonly canary: string;
  readonly form: string;
  readonly excerpt: string;
}

/** Every form of the canaries that is found in `text`, whatever its letters' case; base64 in any alignment. */
export function leaksIn(place: string, text: string, canaries: readonly Canary[]): readonly Leak[] {
  const lower = text.toLowerCase();
  return canaries.flatMap(({ name, value }) =>
    // The forms of a plain word are the same one.
    [...new Map(formsOf(value).map((form) => [form.anyCase ? form.needle.toLowerCase() : form.needle, form])).values()].flatMap(
      ({ form, needle, anyCase }) => {
        const at = anyCase ? lower.indexOf(needle.toLowerCase()) : text.indexOf(needle);
        return at === -1 ? [] : [{ place, canary: name, form, excerpt: text.slice(Math.max(0, at - 80), at + needle.length + 40) }];
      },
    ),
  );
}

interface Form {
  readonly form: string;
  readonly needle: string;
  readonly anyCase: boolean;
}

function formsOf(value: string): readonly Form[] {
  const spellings = new Set([value, value.normalize('NFD'), value.toLowerCase(), value.toUpperCase()]);
  // A number is the same number without its plus, with zeros, and as it is dialled at home.
  if (/^\+44\d+$/.test(value)) for (const other of [value.slice(1), `00${value.slice(1)}`, `0${value.slice(3)}`]) spellings.add(other);
  const written = (form: string, write: (text: string) => string): readonly Form[] =>
    [...spellings].map((text) => ({ form, needle: write(text), anyCase: true }));
  return [
    ...written('plain', (text) => text),
    ...written('url', encodeURIComponent),
    ...written('form', (text) => new URLSearchParams({ x: text }).toString().slice(2)),
    ...written('json', (text) =>
      JSON.stringify(text)
        .slice(1, -1)
        .replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ),
    ...written('html', (text) => text.replace(/[^ -~]/g, (letter) => `&#${letter.charCodeAt(0)};`)),
    ...written('hex', (text) => Buffer.from(text).toString('hex')),
    ...[...spellings].flatMap((text) => base64Cores(text).map((needle) => ({ form: 'base64', needle, anyCase: false }))),
  ];
}

/** What stays of base64 whatever stands before and after, for each of the three alignments; both alphabets. */
function base64Cores(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((shift * 8) / 6);
    const whole = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = encoded.slice(first, whole);
    return [...new Set([core, core.replaceAll('+', '-').replaceAll('/', '_')])];
  });
}

/** The payloads of a history in protobuf JSON, decoded: what base64 hides, at any depth. */
export function decodedPayloads(json: string): string {
  return [...json.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)]
    .map(([, data]) => Buffer.from(data ?? '', 'base64').toString('utf8'))
    .join('\n');
}
