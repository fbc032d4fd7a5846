import { languageOf } from '../../domain/values/language-tag.js';
/** Who answers. */
export interface AnsweringShop {
  readonly brand: string;
  readonly supportUrl: string;
  readonly supportEmail: string;
}

/**
 * `confirmed-but-stopped`: the sign-up counts, and no text goes to the number until START comes; `confirmed-but-barred`: none at all, for
 * another reason. `stopped-by-sentence`: a sentence was read as STOP, and the one text that is allowed asks whether that was meant; no
 * answer means it was.
 */
export type SmsAnswer =
  | 'stopped'
  | 'stopped-by-sentence'
  | 'started'
  | 'confirmed'
  | 'confirmed-but-stopped'
  | 'confirmed-but-barred'
  | 'help';

type Wording = Readonly<Record<SmsAnswer, (shop: AnsweringShop) => string>>;

// GSM-7 throughout, no marketing: carriers want brand and contact in an answer to HELP, and a confirmation of STOP that says it is the
// last.
const wordings: Readonly<Record<string, Wording>> = {
  en: {
    stopped: ({ brand }) => `${brand}: You will get no more texts from us. Reply START to get them again.`,
    'stopped-by-sentence': ({ brand }) =>
      `${brand}: We understood STOP, so you will get no more texts from us. Not what you meant? Reply START to get them again.`,
    started: ({ brand }) => `${brand}: You will get our texts again. Msg & data rates may apply. Reply HELP for help, STOP to end.`,
    confirmed: ({ brand }) =>
      `${brand}: You are signed up for our texts. Msg frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to end.`,
    'confirmed-but-stopped': ({ brand }) =>
      `${brand}: Your sign-up is confirmed, but texts to this number are stopped. Reply START to get them.`,
    'confirmed-but-barred': ({ brand, supportEmail }) =>
      `${brand}: Your sign-up is confirmed, but we may not write to this number. We will help at ${supportEmail}.`,
    help: ({ brand, supportEmail, supportUrl }) =>
      `${brand}: Help at ${supportUrl} or ${supportEmail}. Msg & data rates may apply. Reply STOP to end.`,
  },
  de: {
    stopped: ({ brand }) => `${brand}: Sie erhalten keine SMS mehr von uns. Mit START melden Sie sich wieder an.`,
    'stopped-by-sentence': ({ brand }) =>
      `${brand}: Wir haben STOP verstanden und senden keine SMS mehr. War das nicht gemeint? Mit START melden Sie sich wieder an.`,
    started: ({ brand }) => `${brand}: Sie erhalten unsere SMS wieder. Antworten Sie HELP für Hilfe, STOP zum Abmelden.`,
    confirmed: ({ brand }) =>
      `${brand}: Sie sind für unsere SMS angemeldet. Es gelten die Preise Ihres Tarifs. Antworten Sie HELP für Hilfe, STOP zum Abmelden.`,
    'confirmed-but-stopped': ({ brand }) =>
      `${brand}: Ihre Anmeldung ist bestätigt, aber SMS an diese Nummer sind gestoppt. Mit START erhalten Sie sie wieder.`,
    'confirmed-but-barred': ({ brand, supportEmail }) =>
      `${brand}: Ihre Anmeldung ist bestätigt, aber wir dürfen dieser Nummer nicht schreiben. Hilfe unter ${supportEmail}.`,
    help: ({ brand, supportEmail, supportUrl }) =>
      `${brand}: Hilfe unter ${supportUrl} oder ${supportEmail}. Antworten Sie STOP zum Abmelden.`,
  },
};

/** The one text that answers a keyword, in the first of these languages (BCP 47) that it is written in, else in English. */
export function smsAnswer(answer: SmsAnswer, shop: AnsweringShop, locales: readonly (string | null)[]): string {
  const language = locales.map((locale) => languageOf(locale ?? '')).find((code) => Object.hasOwn(wordings, code));
  return (wordings[language ?? 'en'] as Wording)[answer](shop);
}

/** TwiML that sends this text back, or nothing. */
export function twiml(reply: string | null): string {
  const message = reply === null ? '' : `<Message>${reply.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)}</Message>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${message}</Response>`;
}
