import type { AboutBody, BodyFinding, PlainContent } from '../../domain/messages/plain-content.js';
import { trimEnd } from '../../domain/values/trim-end.js';
import { smsSize } from './segments.js';

// Letters that cost the whole text its GSM-7 alphabet and more than half of its room, though a plain one says the same.
const plainer: readonly (readonly [RegExp, string])[] = [
  [/[\u00A0\u2000-\u200A\u202F\u3000\t]/g, ' '],
  [/[\u200B\u2060\uFEFF]/g, ''],
  // Joiners make one emoji of several, and words of Persian and Hindi: between such letters they stay, and cost nothing that these do not
  // cost.
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

/** CTIA: every text says whose it is; the first to a person also says purpose, frequency, rates, HELP and STOP. */
function checkText(body: string, { brand, segments, isMarketing, isFirst }: AboutBody): readonly BodyFinding[] {
  const findings: BodyFinding[] = [];
  if (!body.includes(brand))
    findings.push({ severity: 'error', message: 'the text does not say whose it is.', suggestion: 'Begin it with {{ shop.brand }}:' });
  if (isMarketing && isFirst && !(/\bSTOP\b/.test(body) && /\bHELP\b/.test(body)))
    findings.push({
      severity: 'error',
      message: 'the first text to a person does not tell of HELP and STOP.',
      suggestion: 'Add {% if isFirstSms %}{{ words.firstTextTerms }}{% endif %}.',
    });
  if (segments > 2)
    findings.push({
      severity: 'warning',
      message: `it takes ${segments} segments, each of which is paid for.`,
      suggestion: 'Shorten it to two.',
    });
  return findings;
}

/** What a text may hold: three segments, and no more characters than Twilio takes. */
export const textContent: PlainContent = {
  tidy: tidySms,
  measure: smsSize,
  longest: 1600,
  maxSegments: 3,
  paysByLength: true,
  senderOf: ({ number }) => number,
  check: checkText,
};
