/** A link's start tag, and its address in one of three groups: in double quotes, in single ones, in none. */
export const anchor = /<(?:a|area)\s(?:"[^"]*"|'[^']*'|[^"'>])*>/gi;
export const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i;

const named: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** As an attribute is read: what is no character reference with its semicolon stays. */
export function decodeEntities(value: string): string {
  return value.replace(
    /&(?:#(\d{1,6})|#x([\da-f]{1,6})|(amp|quot|apos|lt|gt));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** As the value of an attribute in double quotes. */
export function encodeEntities(value: string): string {
  return value.replace(/[&"<>]/g, (character) => encoded[character] ?? character);
}

const encoded: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
