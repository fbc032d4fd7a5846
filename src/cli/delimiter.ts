/** What parts the columns of the first line: spreadsheets of many countries write semicolons. */
export function delimiterOf(text: string): string {
  const line = (text.split(/\r?\n|\r/).find((one) => one.replace(/\uFEFF/g, '').trim() !== '') ?? '').replace(/"(?:[^"]|"")*"/g, '');
  const counted = [',', ';', '\t', '|'].map((mark) => [mark, line.split(mark).length] as const);
  return counted.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}
