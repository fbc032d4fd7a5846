/** Languages that the pages speak. */
export type Language = 'en' | 'de';

/** What several pages say. */
export interface KitWords {
  readonly ordersStill: string;
  readonly notConfirmedTitle: string;
  readonly dataTitle: string;
  readonly sendLink: string;
  /** A form came from a page that is not ours. */
  readonly fromElsewhere: string;
  readonly incompleteTitle: string;
  readonly incomplete: (brand: string) => string;
  readonly email: string;
  readonly tooLateTitle: string;
  readonly goneTitle: string;
  readonly gone: (brand: string) => string;
  readonly failedTitle: string;
  readonly tooLarge: string;
  readonly tryAgain: string;
  readonly toShop: (brand: string) => string;
  readonly help: string;
}

const en: KitWords = {
  ordersStill: 'Messages about orders that you place will still reach you.',
  notConfirmedTitle: 'Nothing has changed yet',
  dataTitle: 'Your data',
  sendLink: 'Send me a link',
  fromElsewhere: 'This was sent from a page that is not ours. Open the link in our message, and press the button there.',
  incompleteTitle: 'This link is incomplete',
  incomplete: (brand) =>
    `Nothing has changed: a part of the link is missing. Use the link in the message once more. Or type your email address here, and ${brand} sends you a mail with links that work.`,
  email: 'Email address',
  tooLateTitle: 'This link has had its time',
  goneTitle: 'This link no longer works',
  gone: (brand) => `We cannot find the message that this link came with. Write to ${brand} and we will set it right.`,
  failedTitle: 'That did not work',
  tooLarge: 'Nothing was saved: what was sent is too long. Please say it in fewer words.',
  tryAgain: 'Something went wrong on our side. Please try again in a few minutes, or write to us.',
  toShop: (brand) => `Go to ${brand}`,
  help: 'Contact us',
};

const de: KitWords = {
  ordersStill: 'Nachrichten zu Ihren Bestellungen erreichen Sie weiterhin.',
  notConfirmedTitle: 'Es hat sich noch nichts geändert',
  dataTitle: 'Ihre Daten',
  sendLink: 'Link senden',
  fromElsewhere: 'Das kam von einer Seite, die nicht unsere ist. Öffnen Sie den Link in unserer Nachricht, und drücken Sie dort den Knopf.',
  incompleteTitle: 'Dieser Link ist unvollständig',
  incomplete: (brand) =>
    `Es hat sich nichts geändert: Ein Teil des Links fehlt. Nutzen Sie den Link in der Nachricht noch einmal. Oder geben Sie hier Ihre E‑Mail-Adresse an, dann sendet ${brand} Ihnen eine E‑Mail mit Links, die gelten.`,
  email: 'E‑Mail-Adresse',
  tooLateTitle: 'Dieser Link ist abgelaufen',
  goneTitle: 'Dieser Link gilt nicht mehr',
  gone: (brand) => `Wir finden die Nachricht zu diesem Link nicht. Schreiben Sie ${brand}, wir bringen es in Ordnung.`,
  failedTitle: 'Das hat nicht geklappt',
  tooLarge: 'Es wurde nichts gespeichert: Was gesendet wurde, ist zu lang. Bitte fassen Sie sich kürzer.',
  tryAgain: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es in ein paar Minuten noch einmal, oder schreiben Sie uns.',
  toShop: (brand) => `Zu ${brand}`,
  help: 'Kontakt',
};

const kit: Readonly<Record<Language, KitWords>> = { en, de };

/** Words of the kit alone: of what is shown around every page, and where no page can be. */
export function kitWordsOf(language: Language): KitWords {
  return kit[language];
}

/** The words of a page: its own, and the kit's. */
export function withKit<Own extends object>(own: Readonly<Record<Language, Own>>): (language: Language) => Own & KitWords {
  const all = { en: { ...kit.en, ...own.en }, de: { ...kit.de, ...own.de } };
  return (language) => all[language];
}

/** The first of these tags whose language the pages speak; English when none is. An `Accept-Language` header may be one of them. */
export function pickLanguage(...asked: readonly (string | null | undefined)[]): Language {
  for (const text of asked) {
    for (const tag of (text ?? '').split(',')) {
      const language = tag.trim().slice(0, 2).toLowerCase();
      if (language === 'en' || language === 'de') return language;
    }
  }
  return 'en';
}
