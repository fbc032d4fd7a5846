import type { Channel } from '../../domain/channel.js';
import type { PreferenceTopic } from '../../app/preferences.js';

/** Languages that the pages speak. */
export type Language = 'en' | 'de';

interface Words {
  readonly unsubscribeTitle: string;
  readonly unsubscribeQuestion: (brand: string) => string;
  readonly unsubscribeButton: string;
  readonly unsubscribedTitle: string;
  readonly unsubscribed: (brand: string) => string;
  readonly ordersStill: string;
  readonly notConfirmedTitle: string;
  readonly notConfirmed: string;
  readonly preferencesTitle: string;
  readonly preferencesIntro: (brand: string) => string;
  readonly channels: Readonly<Record<Channel, string>>;
  readonly topics: Readonly<Record<PreferenceTopic, string>>;
  /** What is recorded as the words that the person saw. */
  readonly box: (brand: string, channel: Channel, topic: PreferenceTopic) => string;
  readonly save: string;
  readonly nothing: string;
  readonly saved: string;
  readonly choose: string;
  readonly goneTitle: string;
  readonly gone: (brand: string) => string;
  readonly help: string;
}

const en: Words = {
  unsubscribeTitle: 'Unsubscribe',
  unsubscribeQuestion: (brand) => `Do you want to stop getting marketing emails from ${brand}?`,
  unsubscribeButton: 'Unsubscribe',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribed: (brand) => `You will get no more marketing emails from ${brand}.`,
  ordersStill: 'Messages about orders that you place will still reach you.',
  notConfirmedTitle: 'Nothing has changed yet',
  notConfirmed: 'Press the button to unsubscribe.',
  preferencesTitle: 'Your preferences',
  preferencesIntro: (brand) => `Choose what you would like to hear from ${brand}.`,
  channels: { email: 'By email', sms: 'By text message' },
  topics: { marketing: 'News and offers', cart_reminder: 'Reminders of a basket that you left' },
  box: (brand, channel, topic) =>
    `${topic === 'marketing' ? 'News and offers' : 'Reminders of a basket that you left'} from ${brand}, ${channel === 'email' ? 'by email' : 'by text message'}`,
  save: 'Save',
  nothing: 'No marketing at all',
  saved: 'Your choice is saved.',
  choose: 'Choose what you get instead',
  goneTitle: 'This link no longer works',
  gone: (brand) => `We cannot find the message that this link came with. Write to ${brand} and we will set it right.`,
  help: 'Contact us',
};

const de: Words = {
  unsubscribeTitle: 'Abmelden',
  unsubscribeQuestion: (brand) => `Möchten Sie keine Werbe-E‑Mails von ${brand} mehr erhalten?`,
  unsubscribeButton: 'Abmelden',
  unsubscribedTitle: 'Sie sind abgemeldet',
  unsubscribed: (brand) => `Sie erhalten keine Werbe-E‑Mails von ${brand} mehr.`,
  ordersStill: 'Nachrichten zu Ihren Bestellungen erreichen Sie weiterhin.',
  notConfirmedTitle: 'Es hat sich noch nichts geändert',
  notConfirmed: 'Drücken Sie den Knopf, um sich abzumelden.',
  preferencesTitle: 'Ihre Einstellungen',
  preferencesIntro: (brand) => `Wählen Sie aus, was Sie von ${brand} erhalten möchten.`,
  channels: { email: 'Per E-Mail', sms: 'Per SMS' },
  topics: { marketing: 'Neuigkeiten und Angebote', cart_reminder: 'Erinnerungen an einen verlassenen Warenkorb' },
  box: (brand, channel, topic) =>
    `${topic === 'marketing' ? 'Neuigkeiten und Angebote' : 'Erinnerungen an einen verlassenen Warenkorb'} von ${brand}, ${channel === 'email' ? 'per E-Mail' : 'per SMS'}`,
  save: 'Speichern',
  nothing: 'Gar keine Werbung',
  saved: 'Ihre Auswahl ist gespeichert.',
  choose: 'Stattdessen auswählen, was Sie erhalten',
  goneTitle: 'Dieser Link gilt nicht mehr',
  gone: (brand) => `Wir finden die Nachricht zu diesem Link nicht. Schreiben Sie ${brand}, wir bringen es in Ordnung.`,
  help: 'Kontakt',
};

const words: Readonly<Record<Language, Words>> = { en, de };

export function wordsOf(language: Language): Words {
  return words[language];
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
