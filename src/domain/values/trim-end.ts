/**
 * The text without what it ends with, character by character (no halves of pairs are asked about). A pattern such as `/ +$/` looks from
 * each space again, and takes time with the square of a run of spaces: this takes the time of the run.
 */
export function trimEnd(text: string, isEnd: (character: string) => boolean): string {
  let end = text.length;
  while (end > 0 && isEnd(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
