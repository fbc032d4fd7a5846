import { SegmentedMessage } from 'sms-segments-calculator';
import { trimEnd } from '../domain/values/trim-end.js';

// Letters that cost the whole text its GSM-7 alphabet and more than half of its room, though a plain one says the same.
const plainer: readonly (readonly [RegExp, string])[] = [
  [/[\u00A0\u2000-\u200A\u202F\u3000\t]/g, ' '],
  [/[\u200B\u2060\uFEFF]/g, ''],
  // Joiners make one emoji of several, and words of Persian and Hindi: between such letters they stay, and cost nothing that these do not cost.
  [/(?<![\u0300-\u{10FFFF}])[\u200C\u200D]|[\u200C\u200D](?![\u0300-\u{10FFFF}])/gu, ''],
  [/[‘’‚‛′]/g, "'"],
  [/[“”„‟″«»]/g, '"'],
  [/[‐‑‒–—―]/g, '-'],
  [/…/g, '...'],
  [/[•·]/g, '*'],
  [/×/g, 'x'],
];

/** What is sent: typographic characters made plain (as Twilio's smart encoding does), runs of spaces and lines folded, ends trimmed. */
export function tidySms(text: string): string {
  const plain = plainer.reduce((done, [pattern, replacement]) => done.replace(pattern, replacement), text);
  return plain
    .split(/\r?\n/)
    .map((line) => trimEnd(line.replace(/^ +/, ''), isSpace))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function isSpace(character: string): boolean {
  return character === ' ';
}

/** Segments as carriers bill them, by Twilio's own calculator (0.3 ms: count once per rendered text). */
export function countSegments(body: string): { readonly segments: number; readonly encoding: 'GSM-7' | 'UCS-2' } {
  const message = new SegmentedMessage(body);
  return { segments: message.segmentsCount, encoding: message.encodingName };
}
