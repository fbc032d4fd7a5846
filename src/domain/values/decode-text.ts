/**
 * The text of a file that a person saved: UTF-8, or UTF-16 where its byte-order mark says so. The mark is no part of the text; editors on
 * Windows write one, and left in it hides the first key, heading or tag.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** As `decodeText`, of text that was decoded with its mark. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
