/** What can be known of JSON text in one pass over its bytes, without building anything of it. */
export interface JsonScan {
  /** The last text under this name in the outermost object, as it stands there; null: there is none. */
  readonly writeKey: string | null;
  /** Members, items and brackets: what parsing would build, roughly. */
  readonly values: number;
  /** From where to where it is nested deeper than `mostLevels`, in bytes. */
  readonly tooDeep: readonly { readonly from: number; readonly to: number }[];
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const keyName = Buffer.from('writeKey');
const longestKey = 256;

/** Reads what is no JSON too: then what it says is of no use, and parsing says so. */
export function scanJson(bytes: Buffer, mostLevels: number): JsonScan {
  const tooDeep: { from: number; to: number }[] = [];
  let writeKey: string | null = null;
  let level = 0;
  let values = 1;
  let deepFrom = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfText(bytes, at + 1);
      if (level === 1 && end - at - 1 === keyName.length && bytes.subarray(at + 1, end).equals(keyName))
        writeKey = textAfterColon(bytes, end + 1) ?? writeKey;
      at = end;
    } else if (byte === comma) values += 1;
    else if (isOpening(byte)) {
      values += 1;
      level += 1;
      if (level === mostLevels + 1) deepFrom = at;
    } else if (isClosing(byte)) {
      if (level === mostLevels + 1) tooDeep.push({ from: deepFrom, to: at + 1 });
      level -= 1;
    }
  }
  if (level > mostLevels) tooDeep.push({ from: deepFrom, to: bytes.length });
  return { writeKey, values, tooDeep };
}

/** The bytes as text, with `0` in the place of what is nested too deep. */
export function textWithout(bytes: Buffer, gaps: JsonScan['tooDeep']): string {
  const pieces: string[] = [];
  let kept = 0;
  for (const { from, to } of gaps) {
    pieces.push(bytes.toString('utf8', kept, from), '0');
    kept = to;
  }
  return pieces.join('') + bytes.toString('utf8', kept);
}

/** Where the text that begins here has its closing quote; the end of the bytes, where it has none. */
function endOfText(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

function textAfterColon(bytes: Buffer, from: number): string | null {
  const atColon = skipSpace(bytes, from);
  if (bytes[atColon] !== colon) return null;
  const atText = skipSpace(bytes, atColon + 1);
  if (bytes[atText] !== quote) return null;
  const end = endOfText(bytes, atText + 1);
  return end - atText > longestKey ? '' : bytes.toString('utf8', atText + 1, end);
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function isOpening(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}

function isClosing(byte: number | undefined): boolean {
  return byte === 0x7d || byte === 0x5d;
}
