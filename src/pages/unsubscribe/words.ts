import type { LeavingReason } from '../../app/consent/leaving-reason.js';
import { withKit } from '../kit/words.js';

interface Words {
  readonly unsubscribeTitle: string;
  readonly unsubscribeQuestion: (brand: string) => string;
  readonly unsubscribeButton: string;
  readonly unsubscribedTitle: string;
  readonly unsubscribed: (brand: string) => string;
  readonly whyTitle: string;
  readonly whys: Readonly<Record<LeavingReason, string>>;
  readonly whyButton: string;
  readonly whyThanks: string;
  readonly notConfirmed: string;
  /** Who asks for links without one that was cut. */
  readonly linksTitle: string;
  readonly linksIntro: (brand: string) => string;
  readonly wrongEmail: string;
  readonly askedTitle: string;
  /** The same whether anybody here has the address or not. */
  readonly asked: (brand: string) => string;
  readonly askedTooOften: string;
}

const en: Words = {
  unsubscribeTitle: 'Unsubscribe',
  unsubscribeQuestion: (brand) => `Do you want to stop getting marketing emails from ${brand}?`,
  unsubscribeButton: 'Unsubscribe',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribed: (brand) => `You will get no more marketing emails from ${brand}.`,
  whyTitle: 'Would you tell us why?',
  whys: {
    'too-many': 'It was too much',
    'not-for-me': 'It was not for me',
    'never-asked': 'I never signed up',
    other: 'Another reason',
  },
  whyButton: 'Send',
  whyThanks: 'Thank you. You stay unsubscribed.',
  notConfirmed: 'Press the button to unsubscribe.',
  linksTitle: 'Unsubscribe, or choose what you get',
  linksIntro: (brand) => `Type your email address, and ${brand} sends you a mail with links for both.`,
  wrongEmail: 'That is no email address. Please look at it once more.',
  askedTitle: 'Look into your mailbox',
  asked: (brand) =>
    `If ${brand} has this address, a mail with links to unsubscribe and to choose what you get is on its way. One goes out an hour at most.`,
  askedTooOften: 'Too many links have been asked for from here. Please try again in an hour, or write to us.',
};

const de: Words = {
  unsubscribeTitle: 'Abmelden',
  unsubscribeQuestion: (brand) => `Möchten Sie keine Werbe-E‑Mails von ${brand} mehr erhalten?`,
  unsubscribeButton: 'Abmelden',
  unsubscribedTitle: 'Sie sind abgemeldet',
  unsubscribed: (brand) => `Sie erhalten keine Werbe-E‑Mails von ${brand} mehr.`,
  whyTitle: 'Sagen Sie uns, warum?',
  whys: {
    'too-many': 'Es war mir zu viel',
    'not-for-me': 'Es war nichts für mich',
    'never-asked': 'Ich habe mich nie angemeldet',
    other: 'Ein anderer Grund',
  },
  whyButton: 'Absenden',
  whyThanks: 'Danke. Sie bleiben abgemeldet.',
  notConfirmed: 'Drücken Sie den Knopf, um sich abzumelden.',
  linksTitle: 'Abmelden oder auswählen',
  linksIntro: (brand) => `Geben Sie Ihre E‑Mail-Adresse an, dann sendet ${brand} Ihnen eine E‑Mail mit Links für beides.`,
  wrongEmail: 'Das ist keine E‑Mail-Adresse. Bitte sehen Sie noch einmal nach.',
  askedTitle: 'Sehen Sie in Ihr Postfach',
  asked: (brand) =>
    `Wenn ${brand} diese Adresse hat, ist eine E‑Mail mit Links zum Abmelden und zum Auswählen unterwegs. Höchstens eine geht in der Stunde ab.`,
  askedTooOften: 'Von hier wurden zu viele Links angefordert. Bitte versuchen Sie es in einer Stunde noch einmal, oder schreiben Sie uns.',
};

export const wordsOf = withKit({ en, de });
