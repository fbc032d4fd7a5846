import { withKit } from '../kit/words.js';

interface Words {
  readonly elsewhereTitle: string;
  readonly elsewhere: (brand: string) => string;
}

const en: Words = {
  elsewhereTitle: 'This link leads to another site',
  elsewhere: (brand) => `It does not lead to ${brand}. Follow it only if you know this address:`,
};

const de: Words = {
  elsewhereTitle: 'Dieser Link führt zu einer anderen Seite',
  elsewhere: (brand) => `Er führt nicht zu ${brand}. Folgen Sie ihm nur, wenn Sie diese Adresse kennen:`,
};

export const wordsOf = withKit({ en, de });
