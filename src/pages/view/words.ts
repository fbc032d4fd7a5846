import { withKit } from '../kit/words.js';

interface Words {
  /** A mail in the browser whose time is over, or of which nothing is kept. */
  readonly notShownTitle: string;
  readonly notShown: string;
}

const en: Words = {
  notShownTitle: 'This mail can no longer be shown',
  notShown:
    'We show a mail in the browser for 90 days, and only while we keep what it said. If you still have the mail itself, it is all there.',
};

const de: Words = {
  notShownTitle: 'Diese E‑Mail lässt sich nicht mehr anzeigen',
  notShown:
    'Wir zeigen eine E‑Mail 90 Tage lang im Browser, und nur solange wir ihren Inhalt aufbewahren. Haben Sie die E‑Mail selbst noch, steht dort alles.',
};

export const wordsOf = withKit({ en, de });
