import { type Document, isMap, isPair, isScalar, isSeq } from 'yaml';

/** A value that stands without quotes, as it is written and as it is read. */
export interface PlainScalar {
  readonly path: readonly PropertyKey[];
  readonly written: string;
  readonly value: unknown;
}

/** Every value of a file that stands without quotes, in the order of the file. Repetitions by aliases are reported once. */
export function plainScalars(document: Document.Parsed): readonly PlainScalar[] {
  const found: PlainScalar[] = [];
  const look = (node: unknown, path: readonly PropertyKey[]): void => {
    if (isScalar(node) && node.type === 'PLAIN') found.push({ path, written: String(node.source ?? ''), value: node.value });
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) look(item, [...path, index]);
    else if (isMap(node))
      for (const item of node.items) if (isPair(item) && isScalar(item.key)) look(item.value, [...path, String(item.key.value)]);
  };
  look(document.contents, []);
  return found;
}

const usualNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const flagWord = /^(?:y|yes|n|no|on|off)$/i;
const dateShape = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?$/;
const groupedNumber = /^[+-]?\d[\d_]*_[\d_]*$/;

/**
 * Why such a value may not be what its author means; null: it can mean one thing only. `isCompared`: it is compared with what people and
 * shops send, where text and number differ.
 *
 * @example surpriseIn({ written: '00123', value: 123, path: [] }, true) // 'is the number 123, …'
 */
export function surpriseIn({ written, value }: PlainScalar, isCompared: boolean): string | null {
  if (typeof value === 'number') {
    const isOdd = !usualNumber.test(written);
    const isOther = isCompared && String(value) !== written;
    return isOdd || isOther ? `is the number ${value}, although it is written ${written}` : null;
  }
  if (!isCompared || typeof value !== 'string') return null;
  if (flagWord.test(written)) return `is the text "${written}", which is neither true nor false`;
  if (groupedNumber.test(written)) return `is the text "${written}" and no number`;
  return dateShape.test(written) ? `is the text "${written}", which is compared letter by letter and not as a date` : null;
}
