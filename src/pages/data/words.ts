import { withKit } from '../kit/words.js';

interface Words {
  readonly dataOpen: (brand: string) => string;
  readonly dataLate: string;
  readonly download: string;
  readonly erase: string;
  readonly eraseTitle: string;
  readonly eraseQuestion: (brand: string) => string;
  readonly eraseButton: string;
  readonly keep: string;
  readonly erasedTitle: string;
  readonly erased: (brand: string) => string;
}

const en: Words = {
  dataOpen: (brand) => `Take along what ${brand} keeps about you here, or have it deleted. This page works for an hour.`,
  dataLate: 'A link to your data works for an hour. Open your preferences in a message from us, and ask there for another one.',
  download: 'Download my data',
  erase: 'Delete my data',
  eraseTitle: 'Delete all data about you?',
  eraseQuestion: (brand) =>
    `${brand} deletes your name, addresses, orders and everything else kept here for messages. You get no more messages, and there is no way back. A code that cannot be read back to your address stays, so that you are not written to again.`,
  eraseButton: 'Delete my data',
  keep: 'Keep it',
  erasedTitle: 'Your data is deleted',
  erased: (brand) => `${brand} will not write to you any more. What left a moment ago may still arrive.`,
};

const de: Words = {
  dataOpen: (brand) => `Nehmen Sie mit, was ${brand} hier über Sie speichert, oder lassen Sie es löschen. Diese Seite gilt eine Stunde.`,
  dataLate:
    'Ein Link zu Ihren Daten gilt eine Stunde. Öffnen Sie Ihre Einstellungen in einer Nachricht von uns, und fordern Sie dort einen neuen an.',
  download: 'Meine Daten herunterladen',
  erase: 'Meine Daten löschen',
  eraseTitle: 'Alle Daten über Sie löschen?',
  eraseQuestion: (brand) =>
    `${brand} löscht Ihren Namen, Ihre Adressen, Ihre Bestellungen und alles, was hier sonst für Nachrichten gespeichert ist. Sie erhalten keine Nachrichten mehr; rückgängig machen lässt es sich nicht. Es bleibt ein Code, aus dem sich Ihre Adresse nicht lesen lässt, damit Ihnen niemand mehr schreibt.`,
  eraseButton: 'Meine Daten löschen',
  keep: 'Behalten',
  erasedTitle: 'Ihre Daten sind gelöscht',
  erased: (brand) => `${brand} schreibt Ihnen nicht mehr. Was gerade eben abging, kann noch ankommen.`,
};

export const wordsOf = withKit({ en, de });
