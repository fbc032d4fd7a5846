/** One block of fields of a report, as in a mail's header: lower-case names, values unfolded, repeated fields in their order. */
export type ReportFields = ReadonlyMap<string, readonly string[]>;

/** The blocks of a report's machine-readable part, which blank lines part. What is no field is left out. */
export function readFieldBlocks(text: string): readonly ReportFields[] {
  return text
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*(?:\n[ \t]*)+/)
    .map(readFields)
    .filter((fields) => fields.size > 0);
}

/** The first value of a field; null: it is not there. */
export function firstOf(fields: ReportFields, name: string): string | null {
  return fields.get(name)?.[0] ?? null;
}

/** A value without its type: `smtp; 550 no such user` says `550 no such user`. */
export function untyped(value: string | null): string | null {
  if (value === null) return null;
  const text = value.replace(/^[^;]*;/, '').trim();
  return text === '' ? null : text;
}

function readFields(block: string): ReportFields {
  const fields = new Map<string, string[]>();
  for (const line of block.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const [, name, value = ''] = /^([!-9;-~]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.toLowerCase();
    const known = fields.get(key);
    const text = value.replaceAll(/\s+/g, ' ').trim();
    if (known) known.push(text);
    else fields.set(key, [text]);
  }
  return fields;
}
