import { withKit } from '../kit/words.js';

interface Words {
  readonly start: string;
  readonly progress: (at: number, of: number) => string;
  readonly why: string;
  readonly next: string;
  readonly skip: string;
  readonly back: string;
  readonly several: string;
  readonly choose: string;
  readonly agree: string;
  readonly lastChoice: string;
  readonly again: string;
  readonly consentTitle: string;
  readonly consentDone: string;
  readonly consentSave: string;
  readonly notEmail: string;
  readonly goneTitle: string;
  readonly goneText: (brand: string) => string;
  readonly lateTitle: string;
  readonly lateText: (brand: string) => string;
}

const en: Words = {
  start: 'Start',
  progress: (at, of) => `Question ${at} of ${of}`,
  why: 'Why we ask:',
  next: 'Next',
  skip: 'Skip',
  back: 'Back',
  several: 'You may choose several.',
  choose: 'Choose an answer, or skip the question.',
  agree: 'Tick the box below if we may keep this answer, or skip the question.',
  lastChoice: 'We have noted your choice. Press Next to keep it.',
  again: 'Answer again',
  consentTitle: 'Shall we keep in touch?',
  consentDone: 'Thank you. If a confirmation is needed, a mail is on its way to you.',
  consentSave: 'Save',
  notEmail: 'Your answers are no consent to advertising.',
  goneTitle: 'These questions are closed',
  goneText: (brand) => `${brand} does not ask this any more. What you said is kept as you gave it.`,
  lateTitle: 'This link has had its time',
  lateText: (brand) => `Open the link in a newer message of ${brand}.`,
};

const de: Words = {
  start: 'Los geht’s',
  progress: (at, of) => `Frage ${at} von ${of}`,
  why: 'Warum wir fragen:',
  next: 'Weiter',
  skip: 'Überspringen',
  back: 'Zurück',
  several: 'Mehrere Antworten sind möglich.',
  choose: 'Wählen Sie eine Antwort, oder überspringen Sie die Frage.',
  agree: 'Setzen Sie unten das Häkchen, wenn wir diese Antwort speichern dürfen, oder überspringen Sie die Frage.',
  lastChoice: 'Wir haben uns Ihre Wahl notiert. Mit „Weiter“ speichern Sie sie.',
  again: 'Noch einmal antworten',
  consentTitle: 'Dürfen wir Ihnen schreiben?',
  consentDone: 'Vielen Dank. Falls Sie noch bestätigen müssen, ist eine Mail unterwegs.',
  consentSave: 'Speichern',
  notEmail: 'Ihre Antworten sind keine Einwilligung in Werbung.',
  goneTitle: 'Diese Fragen sind geschlossen',
  goneText: (brand) => `${brand} stellt diese Fragen nicht mehr. Was Sie gesagt haben, bleibt gespeichert.`,
  lateTitle: 'Dieser Link ist abgelaufen',
  lateText: (brand) => `Öffnen Sie den Link in einer neueren Nachricht von ${brand}.`,
};

export const wordsOf = withKit({ en, de });
