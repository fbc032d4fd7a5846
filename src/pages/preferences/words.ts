import type { FrequencyLevel } from '../../domain/gate/frequency-preference.js';
import { withKit } from '../kit/words.js';

interface Words {
  readonly preferencesTitle: string;
  readonly preferencesIntro: (brand: string) => string;
  readonly topic: string;
  /** What is recorded as the words that the person saw. */
  readonly box: (brand: string, by: string, topic: string) => string;
  /** What carriers want said before somebody agrees to texts. */
  readonly textTerms: (brand: string) => string;
  readonly textsStopped: string;
  readonly waits: string;
  readonly seldom: string;
  readonly frequencyTitle: string;
  readonly frequencies: Readonly<Record<FrequencyLevel, string>>;
  readonly pausedUntil: (date: string) => string;
  readonly aboutTitle: string;
  readonly firstName: string;
  readonly birthday: string;
  readonly month: string;
  readonly day: string;
  readonly noBirthday: string;
  readonly language: string;
  readonly privacyTitle: string;
  readonly tracking: string;
  readonly profiling: string;
  readonly save: string;
  readonly nothing: string;
  readonly saved: string;
  readonly unchanged: string;
  readonly wrongBirthday: string;
  readonly dataIntro: (brand: string) => string;
  readonly dataAskedTitle: string;
  readonly dataAsked: string;
  /** Why a link opens nothing and turns nothing on. */
  readonly otherAddress: string;
}

const en: Words = {
  preferencesTitle: 'Your preferences',
  preferencesIntro: (brand) => `Choose what you would like to hear from ${brand}.`,
  topic: 'What',
  box: (brand, by, topic) => `${topic} from ${brand}, ${by}`,
  textTerms: (brand) =>
    `By ticking a box under “By text” you agree to get marketing texts from ${brand} at your number. You need not agree to buy anything. How many come varies; message and data rates may apply. Reply STOP to end them, HELP for help.`,
  textsStopped:
    'You stopped our texts by replying STOP. Carriers let none through until you text START to us; your choice here counts from then on.',
  waits: 'waits for your confirmation',
  seldom: 'You seldom open this, so it comes less often. Keep the tick and save, and it comes as before.',
  frequencyTitle: 'How often',
  frequencies: { all: 'As it comes', weekly: 'At most once a week', monthly: 'At most once a month', pause: 'Pause for 30 days' },
  pausedUntil: (date) => `Paused until ${date}`,
  aboutTitle: 'About you',
  firstName: 'First name',
  birthday: 'Birthday',
  month: 'Month',
  day: 'Day',
  noBirthday: 'not given',
  language: 'Language',
  privacyTitle: 'What we look at',
  tracking: 'You may see whether I open your messages and follow their links.',
  profiling: 'You may choose what I get by what I do.',
  save: 'Save',
  nothing: 'No marketing at all',
  saved: 'Your choice is saved.',
  unchanged: 'Nothing was changed; all stays as it is.',
  wrongBirthday: 'Nothing was saved: that day is in no calendar. Please give a day and a month, or neither.',
  dataIntro: (brand) =>
    `Take along what ${brand} keeps about you here, or have it deleted. For that we send you a link, to where this page was sent. It works for an hour.`,
  dataAskedTitle: 'The link is on its way',
  dataAsked: 'It goes to where this page was sent, and works for an hour. Nothing has changed yet.',
  otherAddress:
    'This message went to an address that is not the one we have now, so somebody else may be reading it. You can turn off here whatever you like. To turn something on, or to see and delete data, use the link in a message to the present address, or write to us.',
};

const de: Words = {
  preferencesTitle: 'Ihre Einstellungen',
  preferencesIntro: (brand) => `Wählen Sie aus, was Sie von ${brand} erhalten möchten.`,
  topic: 'Was',
  box: (brand, by, topic) => `${topic} von ${brand}, ${by}`,
  textTerms: (brand) =>
    `Mit einem Haken unter „Per SMS“ willigen Sie ein, Werbung von ${brand} per SMS zu erhalten. Für einen Kauf ist das nicht nötig. Wie viele kommen, ist verschieden; es gelten die Preise Ihres Tarifs. Mit STOP beenden Sie es, mit HELP erhalten Sie Hilfe.`,
  textsStopped:
    'Sie haben unsere SMS mit STOP beendet. Die Netze lassen keine durch, bis Sie uns START senden; Ihre Auswahl hier gilt ab dann.',
  waits: 'wartet auf Ihre Bestätigung',
  seldom: 'Das öffnen Sie selten, darum kommt es weniger oft. Lassen Sie den Haken und speichern Sie, dann kommt es wie zuvor.',
  frequencyTitle: 'Wie oft',
  frequencies: {
    all: 'Wie es kommt',
    weekly: 'Höchstens einmal in der Woche',
    monthly: 'Höchstens einmal im Monat',
    pause: '30 Tage Pause',
  },
  pausedUntil: (date) => `Pause bis ${date}`,
  aboutTitle: 'Über Sie',
  firstName: 'Vorname',
  birthday: 'Geburtstag',
  month: 'Monat',
  day: 'Tag',
  noBirthday: 'keine Angabe',
  language: 'Sprache',
  privacyTitle: 'Was wir ansehen',
  tracking: 'Sie dürfen sehen, ob ich Nachrichten öffne und ihren Links folge.',
  profiling: 'Sie dürfen nach meinem Verhalten auswählen, was ich erhalte.',
  save: 'Speichern',
  nothing: 'Gar keine Werbung',
  saved: 'Ihre Auswahl ist gespeichert.',
  unchanged: 'Es wurde nichts geändert; alles bleibt, wie es ist.',
  wrongBirthday: 'Nichts wurde gespeichert: Diesen Tag gibt es nicht. Bitte geben Sie Tag und Monat an, oder keines von beiden.',
  dataIntro: (brand) =>
    `Nehmen Sie mit, was ${brand} hier über Sie speichert, oder lassen Sie es löschen. Dafür senden wir Ihnen einen Link dorthin, wohin diese Seite ging. Er gilt eine Stunde.`,
  dataAskedTitle: 'Der Link ist unterwegs',
  dataAsked: 'Er geht dorthin, wohin diese Seite ging, und gilt eine Stunde. Es hat sich noch nichts geändert.',
  otherAddress:
    'Diese Nachricht ging an eine Adresse, die nicht die ist, die wir jetzt haben; vielleicht liest sie jemand anderes. Abbestellen können Sie hier alles. Um etwas zu bestellen oder Daten zu sehen und zu löschen, nutzen Sie den Link in einer Nachricht an die jetzige Adresse, oder schreiben Sie uns.',
};

export const wordsOf = withKit({ en, de });
