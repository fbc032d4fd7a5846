/** What a person asks for by a text. `free-form-stop` is a sentence that reads like a revocation: it stops too, and a person looks at it. */
export type InboundIntent =
  | { readonly kind: 'stop' | 'start' | 'help'; readonly word: string }
  | { readonly kind: 'free-form-stop' }
  | { readonly kind: 'other' };

// Twilio's default list with the per-se words of 47 CFR 64.1200(a)(10).
const keywords: Readonly<Record<string, 'stop' | 'start' | 'help'>> = {
  STOP: 'stop',
  STOPALL: 'stop',
  UNSUBSCRIBE: 'stop',
  CANCEL: 'stop',
  END: 'stop',
  QUIT: 'stop',
  REVOKE: 'stop',
  OPTOUT: 'stop',
  START: 'start',
  YES: 'start',
  UNSTOP: 'start',
  HELP: 'help',
  INFO: 'help',
};

// Better one text too few than one after a revocation: "I can't stop smiling" stops as well.
const revocations: readonly RegExp[] = [
  /\bstop\b/,
  /\bunsubscribe\b/,
  /\bopt(ing)? ?-?out\b/,
  /\b(remove|delete|take) me\b/,
  /\b(do not|don'?t|never) (text|message|contact|sms) me\b/,
  /\bno more (texts|messages|sms)\b/,
  /\bleave me alone\b/,
  /\bwrong (number|person)\b/,
];

/** Reads a text: the exact words first (NFKC, punctuation and spaces stripped, so "Stop." and "OPT-OUT" count), then sentences. */
export function readIntent(body: string): InboundIntent {
  const normal = body.normalize('NFKC');
  const word = normal.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
  const kind = Object.hasOwn(keywords, word) ? keywords[word] : undefined;
  if (kind) return { kind, word };
  const sentence = normal.toLowerCase().replace(/[’‘`]/g, "'");
  return revocations.some((revocation) => revocation.test(sentence)) ? { kind: 'free-form-stop' } : { kind: 'other' };
}
