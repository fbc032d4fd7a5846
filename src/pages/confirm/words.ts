import { withKit } from '../kit/words.js';

interface Words {
  readonly confirmTitle: string;
  readonly confirmQuestion: (brand: string) => string;
  readonly confirmButton: string;
  readonly confirmedTitle: string;
  readonly confirmed: (brand: string) => string;
  readonly confirmedButBarred: (brand: string) => string;
  readonly tooLate: (brand: string) => string;
}

const en: Words = {
  confirmTitle: 'Please confirm',
  confirmQuestion: (brand) => `Would you like to get this from ${brand}?`,
  confirmButton: 'Yes, I would',
  confirmedTitle: 'Thank you',
  confirmed: (brand) => `You are signed up. ${brand} will write to you from now on, and you can change your mind in every message.`,
  confirmedButBarred: (brand) =>
    `Your sign-up is confirmed, but we may not write to this address: a message to it came back, or was reported. Write to ${brand} and we will set it right.`,
  tooLate: (brand) =>
    `It confirms nothing any more, and you are not signed up by it. If you would still like to hear from ${brand}, sign up once more.`,
};

const de: Words = {
  confirmTitle: 'Bitte bestätigen Sie',
  confirmQuestion: (brand) => `Möchten Sie das von ${brand} erhalten?`,
  confirmButton: 'Ja, gern',
  confirmedTitle: 'Vielen Dank',
  confirmed: (brand) =>
    `Sie sind angemeldet. ${brand} schreibt Ihnen ab jetzt, und in jeder Nachricht können Sie es sich anders überlegen.`,
  confirmedButBarred: (brand) =>
    `Ihre Anmeldung ist bestätigt, aber wir dürfen an diese Adresse nicht schreiben: Eine Nachricht kam zurück oder wurde gemeldet. Schreiben Sie ${brand}, wir bringen es in Ordnung.`,
  tooLate: (brand) =>
    `Er bestätigt nichts mehr, und Sie sind durch ihn nicht angemeldet. Möchten Sie weiterhin von ${brand} hören, melden Sie sich noch einmal an.`,
};

export const wordsOf = withKit({ en, de });
