import { nearest } from '../../domain/values/nearest.js';

/**
 * What a person asks for by a text. `free-form-stop` is a sentence that reads like a revocation: it stops too, and a person looks at it.
 */
export type InboundIntent =
  | { readonly kind: 'stop' | 'start' | 'help'; readonly word: string }
  | { readonly kind: 'free-form-stop' }
  | { readonly kind: 'other' };

// Twilio's default list with the per-se words of 47 CFR 64.1200(a)(10), how they are shortened and mistyped, and said in German, French,
// Spanish, Italian and Dutch.
// A stop that was none is taken back by START; a stop that was missed is a text after a refusal.
const keywords: Readonly<Record<string, 'stop' | 'start' | 'help'>> = {
  STOP: 'stop',
  STOPALL: 'stop',
  UNSUBSCRIBE: 'stop',
  CANCEL: 'stop',
  END: 'stop',
  QUIT: 'stop',
  REVOKE: 'stop',
  OPTOUT: 'stop',
  UNSUB: 'stop',
  STOPP: 'stop',
  REMOVE: 'stop',
  REMOVEME: 'stop',
  DELETE: 'stop',
  ABMELDEN: 'stop',
  ABBESTELLEN: 'stop',
  LÖSCHEN: 'stop',
  LOESCHEN: 'stop',
  LOSCHEN: 'stop',
  BEENDEN: 'stop',
  ARRET: 'stop',
  ARRÊT: 'stop',
  ARRETER: 'stop',
  ARRÊTER: 'stop',
  ARRETEZ: 'stop',
  ARRÊTEZ: 'stop',
  DESABONNER: 'stop',
  DÉSABONNER: 'stop',
  PARAR: 'stop',
  BAJA: 'stop',
  CANCELAR: 'stop',
  BASTA: 'stop',
  FERMA: 'stop',
  CANCELLA: 'stop',
  AFMELDEN: 'stop',
  UITSCHRIJVEN: 'stop',
  START: 'start',
  YES: 'start',
  UNSTOP: 'start',
  HELP: 'help',
  INFO: 'help',
};

/** What comes to a phone, and what allows it. */
const texts = String.raw`(texts?|texting|txts?|messages?|messaging|msgs?|sms|subscriptions?|consent|permission)\b`;
/** Up to three words of the same sentence. */
const fewWords = String.raw`([^\s.?!]+\s+){0,3}?`;

// Better one text too few than one after a revocation: "I can't stop smiling" stops as well.
const revocations: readonly RegExp[] = [
  /\bstop(p|pen)?\b/,
  /\bunsub(scribe)?\b/,
  /\bopt(ing)? ?-?(me )?out\b/,
  /\brevoke\b/,
  new RegExp(String.raw`\b(quit|cancel|end|withdraw)\s+${fewWords}${texts}`),
  new RegExp(String.raw`\b${texts}\s+${fewWords}(quit|cancel|withdraw)`),
  /\bquit (texting|messaging|contacting|bothering|spamming|sending)\b/,
  /^\W*(please|pls|plz) (remove|delete)\W*$/,
  /\b(remove|delete|take) (me|(my|this) ((cell|mobile|phone) )?(number|name))\b/,
  /\b(do not|don'?t) (text|message|contact|sms|txt)\b/,
  /\bnever (text|message|contact|sms) me\b/,
  /\b(do not|don'?t|never) send (me|to|any|anything|more|these|this|texts?|messages?|sms)\b/,
  new RegExp(String.raw`\b(do not|don'?t|no longer) (want|wish|need)\b.*\b(receive|${texts})`),
  /\bno more (texts?|messages?|sms)\b/,
  /\bleave me alone\b/,
  /\bwrong (number|person)\b/,
  /\b(abmelden|abbestellen|kündigen|lösch(en|t|e)?)(?![\p{L}])/u,
  /(?<![\p{L}])(arr[eê]te[rz]?|désabonne[rz]?|dar(me)? de baja|no más mensajes|non scrivetemi|niet meer sturen)(?![\p{L}])/u,
  /\bmelde[nt]? .*\bmich .*\bab\b/,
  /\bkeine? (weiteren? )?(sms|nachricht(en)?|texte?|werbung)\b/,
  /\bnicht mehr (schreiben|anschreiben|kontaktieren)\b/,
  /\bin ruhe\b/,
  /\bfalsche nummer\b/,
];

/** A word that stops, with nothing around it that gives it another sense: "Please cancel", "ok, quit it". */
const stopWords = /^(quit|cancel|end)$/;
const fillers = /^(please|pls|plz|just|ok|okay|it|this|that|all|everything|me|now|thanks|thx|bitte)$/;

/** Reads a text: the exact words first (NFKC, punctuation and spaces stripped, so "Stop." and "OPT-OUT" count), then sentences. */
export function readIntent(body: string): InboundIntent {
  const normal = body.normalize('NFKC');
  const word = normal.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
  const kind = Object.hasOwn(keywords, word) ? keywords[word] : undefined;
  if (kind) return { kind, word };
  const sentence = normal.toLowerCase().replace(/[’‘`]/g, "'");
  const isRevocation = isBareStop(sentence) || hasMistypedStop(sentence) || revocations.some((revocation) => revocation.test(sentence));
  return isRevocation ? { kind: 'free-form-stop' } : { kind: 'other' };
}

/** "unsubcribe", "unsuscribe me": nobody writes anything else that is so near. */
function hasMistypedStop(sentence: string): boolean {
  const words = sentence.match(/un[a-z]{6,14}/g) ?? [];
  return words.slice(0, 20).some((word) => nearest(word, ['unsubscribe']) !== null);
}

function isBareStop(sentence: string): boolean {
  const words = sentence.match(/[\p{L}\p{N}']+/gu) ?? [];
  const others = words.filter((word) => !fillers.test(word));
  return words.length <= 3 && others.length === 1 && stopWords.test(others[0] ?? '');
}
