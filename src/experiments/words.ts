import type { MetricKind } from '../journey/experiment.js';

/** Words of the picture and of a result, beside the sentence of its state. */
export interface ResultWords {
  /** Under the axis. `once`: intervals hold as of one reading. */
  readonly unit: (metric: MetricKind, currency: string, intervals: 'always' | 'once') => string;
  readonly beforeFirstLook: (people: number) => string;
  readonly broken: string;
  readonly tooFew: string;
  readonly next: (look: number, of: number, date: string) => string;
  readonly noNext: string;
}

export const resultWords: Readonly<Record<'en' | 'de', ResultWords>> = {
  en: {
    unit: (metric, currency, intervals) =>
      `${metrics.en[metric](currency)} per 1,000 people, against the control; 95 %, ${intervals === 'always' ? 'at all times together' : 'read once'}`,
    beforeFirstLook: (people) => `${people.toLocaleString('en')} people so far. The effect is shown from the first planned look on.`,
    broken: 'No effect is shown: the arms did not get people in their shares.',
    tooFew: 'Too few people have a complete window.',
    next: (look, of, date) => `Look ${look} of ${of}: ${date}`,
    noNext: 'No look follows.',
  },
  de: {
    unit: (metric, currency, intervals) =>
      `${metrics.de[metric](currency)} je 1.000 Leute, gegen die Kontrolle; 95 %, ${intervals === 'always' ? 'zu allen Zeiten zusammen' : 'einmal gelesen'}`,
    beforeFirstLook: (people) => `${people.toLocaleString('de')} Leute bisher. Die Wirkung steht ab dem ersten geplanten Blick hier.`,
    broken: 'Es steht keine Wirkung hier: Die Varianten bekamen die Leute nicht in ihren Anteilen.',
    tooFew: 'Zu wenige Leute haben ein abgeschlossenes Fenster.',
    next: (look, of, date) => `Blick ${look} von ${of}: ${date}`,
    noNext: 'Es folgt kein Blick.',
  },
};

const metrics: Readonly<Record<'en' | 'de', Readonly<Record<MetricKind, (currency: string) => string>>>> = {
  en: {
    margin: (currency) => `Margin in ${currency}`,
    revenue: (currency) => `Revenue in ${currency}`,
    orders: () => 'People who order',
    'repeat-orders': () => 'People who order twice',
  },
  de: {
    margin: (currency) => `Marge in ${currency}`,
    revenue: (currency) => `Umsatz in ${currency}`,
    orders: () => 'Leute, die bestellen,',
    'repeat-orders': () => 'Leute, die zweimal bestellen,',
  },
};
