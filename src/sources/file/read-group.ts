import { createHash } from 'node:crypto';
import type { Fields } from '../source.js';
import { readConsentLine } from './consents.js';
import type { BoundMapping } from './mapping.js';
import { readOrderLines } from './orders.js';
import { readPersonLine } from './people.js';
import { readProductLines } from './products.js';
import { Row } from './row.js';
import type { EventDraft, FileFacts, RowSaid, Who } from './said.js';

/** What lines that stand together tell; most kinds have one line each. */
export function readGroup(lines: readonly Fields[], mapping: BoundMapping, facts: FileFacts): RowSaid {
  if (lines.some((line) => Object.values(line).some((cell) => typeof cell === 'string' && cell.includes('\0'))))
    return { kind: 'faulty', reason: 'not-storable', detail: 'The line holds a NUL character, which is no text: export the file again.' };
  const rows = lines.map((line) => new Row(line, mapping));
  const [first] = rows;
  if (first === undefined) return { kind: 'silent', reason: 'says-nothing' };
  switch (mapping.kind) {
    case 'people':
      return readPersonLine(first, mapping, facts);
    case 'orders':
      return readOrderLines(rows, mapping);
    case 'products':
      return readProductLines(rows, facts);
    case 'consents':
      return readConsentLine(first, mapping, facts);
  }
}

/**
 * The id of an event of a file: the same content is the same event, in whichever file and line it stands, and however often it is imported.
 */
export function draftId(who: Who, draft: EventDraft): string {
  return `import-${createHash('sha256')
    .update(JSON.stringify([who, draft]))
    .digest('hex')}`;
}
