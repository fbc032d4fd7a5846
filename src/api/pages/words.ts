import type { LeavingReason } from '../../app/consent/leaving-reason.js';
import type { FrequencyLevel } from '../../domain/gate/frequency-preference.js';
import type { Channel } from '../../domain/messages/channel.js';

/** Languages that the pages speak. */
export type Language = 'en' | 'de';

interface Words {
  readonly unsubscribeTitle: string;
  readonly unsubscribeQuestion: (brand: string) => string;
  readonly unsubscribeButton: string;
  readonly unsubscribedTitle: string;
  readonly unsubscribed: (brand: string) => string;
  readonly ordersStill: string;
  readonly whyTitle: string;
  readonly whys: Readonly<Record<LeavingReason, string>>;
  readonly whyButton: string;
  readonly whyThanks: string;
  readonly notConfirmedTitle: string;
  readonly notConfirmed: string;
  readonly preferencesTitle: string;
  readonly preferencesIntro: (brand: string) => string;
  readonly channels: Readonly<Record<Channel, string>>;
  readonly topic: string;
  /** What is recorded as the words that the person saw. */
  readonly box: (brand: string, channel: Channel, topic: string) => string;
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
  readonly dataTitle: string;
  readonly dataIntro: (brand: string) => string;
  readonly download: string;
  readonly erase: string;
  readonly sendLink: string;
  readonly dataAskedTitle: string;
  readonly dataAsked: string;
  readonly dataOpen: (brand: string) => string;
  readonly dataLate: string;
  /** A form came from a page that is not ours. */
  readonly fromElsewhere: string;
  readonly incompleteTitle: string;
  readonly incomplete: (brand: string) => string;
  /** Who asks for links without one that was cut. */
  readonly linksTitle: string;
  readonly linksIntro: (brand: string) => string;
  readonly email: string;
  readonly wrongEmail: string;
  readonly askedTitle: string;
  /** The same whether anybody here has the address or not. */
  readonly asked: (brand: string) => string;
  readonly askedTooOften: string;
  /** Why a link opens nothing and turns nothing on. */
  readonly otherAddress: string;
  readonly eraseTitle: string;
  readonly eraseQuestion: (brand: string) => string;
  readonly eraseButton: string;
  readonly keep: string;
  readonly erasedTitle: string;
  readonly erased: (brand: string) => string;
  readonly confirmTitle: string;
  readonly confirmQuestion: (brand: string) => string;
  readonly confirmButton: string;
  readonly confirmedTitle: string;
  readonly confirmed: (brand: string) => string;
  readonly confirmedButBarred: (brand: string) => string;
  readonly tooLateTitle: string;
  readonly tooLate: (brand: string) => string;
  readonly goneTitle: string;
  readonly gone: (brand: string) => string;
  /** A mail in the browser whose time is over, or of which nothing is kept. */
  readonly notShownTitle: string;
  readonly notShown: string;
  readonly failedTitle: string;
  readonly tooLarge: string;
  readonly tryAgain: string;
  readonly elsewhereTitle: string;
  readonly elsewhere: (brand: string) => string;
  readonly toShop: (brand: string) => string;
  readonly help: string;
}

const en: Words = {
  unsubscribeTitle: 'Unsubscribe',
  unsubscribeQuestion: (brand) => `Do you want to stop getting marketing emails from ${brand}?`,
  unsubscribeButton: 'Unsubscribe',
  unsubscribedTitle: 'You are unsubscribed',
  unsubscribed: (brand) => `You will get no more marketing emails from ${brand}.`,
  ordersStill: 'Messages about orders that you place will still reach you.',
  whyTitle: 'Would you tell us why?',
  whys: {
    'too-many': 'It was too much',
    'not-for-me': 'It was not for me',
    'never-asked': 'I never signed up',
    other: 'Another reason',
  },
  whyButton: 'Send',
  whyThanks: 'Thank you. You stay unsubscribed.',
  notConfirmedTitle: 'Nothing has changed yet',
  notConfirmed: 'Press the button to unsubscribe.',
  preferencesTitle: 'Your preferences',
  preferencesIntro: (brand) => `Choose what you would like to hear from ${brand}.`,
  channels: { email: 'By email', sms: 'By text' },
  topic: 'What',
  box: (brand, channel, topic) => `${topic} from ${brand}, ${channel === 'email' ? 'by email' : 'by text message'}`,
  textTerms: (brand) =>
    `By ticking a box under “By text” you agree to get marketing texts from ${brand} at your number. You need not agree to buy anything. How many come varies; message and data rates may apply. Reply STOP to end them, HELP for help.`,
  textsStopped:
    'You stopped our texts by replying STOP. Carriers let none through until you text START to us; your choice here counts from then on.',
  waits: 'waits for your confirmation',
  seldom: 'You seldom open this, so it comes less often. Leave the tick and save, and it comes as before.',
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
  dataTitle: 'Your data',
  dataIntro: (brand) =>
    `Take along what ${brand} keeps about you here, or have it deleted. For that we send you a link, to where this page was sent. It works for an hour.`,
  download: 'Download my data',
  erase: 'Delete my data',
  sendLink: 'Send me a link',
  dataAskedTitle: 'The link is on its way',
  dataAsked: 'It goes to where this page was sent, and works for an hour. Nothing has changed yet.',
  dataOpen: (brand) => `Take along what ${brand} keeps about you here, or have it deleted. This page works for an hour.`,
  dataLate: 'A link to your data works for an hour. Open your preferences in a message from us, and ask there for another one.',
  fromElsewhere: 'This was sent from a page that is not ours. Open the link in our message, and press the button there.',
  incompleteTitle: 'This link is incomplete',
  incomplete: (brand) =>
    `Nothing has changed: a part of the link is missing. Use the link in the message once more. Or type your email address here, and ${brand} sends you a mail with links that work.`,
  linksTitle: 'Unsubscribe, or choose what you get',
  linksIntro: (brand) => `Type your email address, and ${brand} sends you a mail with links for both.`,
  email: 'Email address',
  wrongEmail: 'That is no email address. Please look at it once more.',
  askedTitle: 'Look into your mailbox',
  asked: (brand) =>
    `If ${brand} has this address, a mail with links to unsubscribe and to choose what you get is on its way. One goes out an hour at most.`,
  askedTooOften: 'Too many links have been asked for from here. Please try again in an hour, or write to us.',
  otherAddress:
    'This message went to an address that is not the one we have now, so somebody else may be reading it. You can turn off here whatever you like. To turn something on, or to see and delete data, use the link in a message to the present address, or write to us.',
  eraseTitle: 'Delete all data about you?',
  eraseQuestion: (brand) =>
    `${brand} deletes your name, addresses, orders and everything else kept here for messages. You get no more messages, and there is no way back. A code that cannot be read back to your address stays, so that you are not written to again.`,
  eraseButton: 'Delete my data',
  keep: 'Keep it',
  erasedTitle: 'Your data is deleted',
  erased: (brand) => `${brand} will not write to you any more. What left a moment ago may still arrive.`,
  confirmTitle: 'Please confirm',
  confirmQuestion: (brand) => `Would you like to get this from ${brand}?`,
  confirmButton: 'Yes, I would',
  confirmedTitle: 'Thank you',
  confirmed: (brand) => `You are signed up. ${brand} will write to you from now on, and you can change your mind in every message.`,
  confirmedButBarred: (brand) =>
    `Your sign-up is confirmed, but we may not write to this address: a message to it came back, or was reported. Write to ${brand} and we will set it right.`,
  tooLateTitle: 'This link has had its time',
  tooLate: (brand) =>
    `It confirms nothing any more, and you are not signed up by it. If you would still like to hear from ${brand}, sign up once more.`,
  goneTitle: 'This link no longer works',
  gone: (brand) => `We cannot find the message that this link came with. Write to ${brand} and we will set it right.`,
  notShownTitle: 'This mail can no longer be shown',
  notShown:
    'We show a mail in the browser for 90 days, and only while we keep what it said. If you still have the mail itself, it is all there.',
  failedTitle: 'That did not work',
  tooLarge: 'Nothing was saved: what was sent is too long. Please say it in fewer words.',
  tryAgain: 'Something went wrong on our side. Please try again in a few minutes, or write to us.',
  elsewhereTitle: 'This link leads to another site',
  elsewhere: (brand) => `It does not lead to ${brand}. Follow it only if you know this address:`,
  toShop: (brand) => `Go to ${brand}`,
  help: 'Contact us',
};

const de: Words = {
  unsubscribeTitle: 'Abmelden',
  unsubscribeQuestion: (brand) => `Möchten Sie keine Werbe-E‑Mails von ${brand} mehr erhalten?`,
  unsubscribeButton: 'Abmelden',
  unsubscribedTitle: 'Sie sind abgemeldet',
  unsubscribed: (brand) => `Sie erhalten keine Werbe-E‑Mails von ${brand} mehr.`,
  ordersStill: 'Nachrichten zu Ihren Bestellungen erreichen Sie weiterhin.',
  whyTitle: 'Sagen Sie uns, warum?',
  whys: {
    'too-many': 'Es war mir zu viel',
    'not-for-me': 'Es war nichts für mich',
    'never-asked': 'Ich habe mich nie angemeldet',
    other: 'Ein anderer Grund',
  },
  whyButton: 'Absenden',
  whyThanks: 'Danke. Sie bleiben abgemeldet.',
  notConfirmedTitle: 'Es hat sich noch nichts geändert',
  notConfirmed: 'Drücken Sie den Knopf, um sich abzumelden.',
  preferencesTitle: 'Ihre Einstellungen',
  preferencesIntro: (brand) => `Wählen Sie aus, was Sie von ${brand} erhalten möchten.`,
  channels: { email: 'Per E‑Mail', sms: 'Per SMS' },
  topic: 'Was',
  box: (brand, channel, topic) => `${topic} von ${brand}, ${channel === 'email' ? 'per E-Mail' : 'per SMS'}`,
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
  dataTitle: 'Ihre Daten',
  dataIntro: (brand) =>
    `Nehmen Sie mit, was ${brand} hier über Sie speichert, oder lassen Sie es löschen. Dafür senden wir Ihnen einen Link dorthin, wohin diese Seite ging. Er gilt eine Stunde.`,
  download: 'Meine Daten herunterladen',
  erase: 'Meine Daten löschen',
  sendLink: 'Link senden',
  dataAskedTitle: 'Der Link ist unterwegs',
  dataAsked: 'Er geht dorthin, wohin diese Seite ging, und gilt eine Stunde. Es hat sich noch nichts geändert.',
  dataOpen: (brand) => `Nehmen Sie mit, was ${brand} hier über Sie speichert, oder lassen Sie es löschen. Diese Seite gilt eine Stunde.`,
  dataLate:
    'Ein Link zu Ihren Daten gilt eine Stunde. Öffnen Sie Ihre Einstellungen in einer Nachricht von uns, und fordern Sie dort einen neuen an.',
  fromElsewhere: 'Das kam von einer Seite, die nicht unsere ist. Öffnen Sie den Link in unserer Nachricht, und drücken Sie dort den Knopf.',
  incompleteTitle: 'Dieser Link ist unvollständig',
  incomplete: (brand) =>
    `Es hat sich nichts geändert: Ein Teil des Links fehlt. Nutzen Sie den Link in der Nachricht noch einmal. Oder geben Sie hier Ihre E‑Mail-Adresse an, dann sendet ${brand} Ihnen eine E‑Mail mit Links, die gelten.`,
  linksTitle: 'Abmelden oder auswählen',
  linksIntro: (brand) => `Geben Sie Ihre E‑Mail-Adresse an, dann sendet ${brand} Ihnen eine E‑Mail mit Links für beides.`,
  email: 'E‑Mail-Adresse',
  wrongEmail: 'Das ist keine E‑Mail-Adresse. Bitte sehen Sie noch einmal nach.',
  askedTitle: 'Sehen Sie in Ihr Postfach',
  asked: (brand) =>
    `Wenn ${brand} diese Adresse hat, ist eine E‑Mail mit Links zum Abmelden und zum Auswählen unterwegs. Höchstens eine geht in der Stunde ab.`,
  askedTooOften: 'Von hier wurden zu viele Links angefordert. Bitte versuchen Sie es in einer Stunde noch einmal, oder schreiben Sie uns.',
  otherAddress:
    'Diese Nachricht ging an eine Adresse, die nicht die ist, die wir jetzt haben; vielleicht liest sie jemand anderes. Abbestellen können Sie hier alles. Um etwas zu bestellen oder Daten zu sehen und zu löschen, nutzen Sie den Link in einer Nachricht an die jetzige Adresse, oder schreiben Sie uns.',
  eraseTitle: 'Alle Daten über Sie löschen?',
  eraseQuestion: (brand) =>
    `${brand} löscht Ihren Namen, Ihre Adressen, Ihre Bestellungen und alles, was hier sonst für Nachrichten gespeichert ist. Sie erhalten keine Nachrichten mehr; rückgängig machen lässt es sich nicht. Es bleibt ein Code, aus dem sich Ihre Adresse nicht lesen lässt, damit Ihnen niemand mehr schreibt.`,
  eraseButton: 'Meine Daten löschen',
  keep: 'Behalten',
  erasedTitle: 'Ihre Daten sind gelöscht',
  erased: (brand) => `${brand} schreibt Ihnen nicht mehr. Was gerade eben abging, kann noch ankommen.`,
  confirmTitle: 'Bitte bestätigen Sie',
  confirmQuestion: (brand) => `Möchten Sie das von ${brand} erhalten?`,
  confirmButton: 'Ja, gern',
  confirmedTitle: 'Vielen Dank',
  confirmed: (brand) =>
    `Sie sind angemeldet. ${brand} schreibt Ihnen ab jetzt, und in jeder Nachricht können Sie es sich anders überlegen.`,
  confirmedButBarred: (brand) =>
    `Ihre Anmeldung ist bestätigt, aber wir dürfen an diese Adresse nicht schreiben: Eine Nachricht kam zurück oder wurde gemeldet. Schreiben Sie ${brand}, wir bringen es in Ordnung.`,
  tooLateTitle: 'Dieser Link ist abgelaufen',
  tooLate: (brand) =>
    `Er bestätigt nichts mehr, und Sie sind durch ihn nicht angemeldet. Möchten Sie weiterhin von ${brand} hören, melden Sie sich noch einmal an.`,
  goneTitle: 'Dieser Link gilt nicht mehr',
  gone: (brand) => `Wir finden die Nachricht zu diesem Link nicht. Schreiben Sie ${brand}, wir bringen es in Ordnung.`,
  notShownTitle: 'Diese E‑Mail lässt sich nicht mehr anzeigen',
  notShown:
    'Wir zeigen eine E‑Mail 90 Tage lang im Browser, und nur solange wir ihren Inhalt aufbewahren. Haben Sie die E‑Mail selbst noch, steht dort alles.',
  failedTitle: 'Das hat nicht geklappt',
  tooLarge: 'Es wurde nichts gespeichert: Was gesendet wurde, ist zu lang. Bitte fassen Sie sich kürzer.',
  tryAgain: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es in ein paar Minuten noch einmal, oder schreiben Sie uns.',
  elsewhereTitle: 'Dieser Link führt zu einer anderen Seite',
  elsewhere: (brand) => `Er führt nicht zu ${brand}. Folgen Sie ihm nur, wenn Sie diese Adresse kennen:`,
  toShop: (brand) => `Zu ${brand}`,
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
