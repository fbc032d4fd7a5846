import type { TestRules, TestState } from './decision.js';

/** What marketers call the arms. */
export interface ArmNames {
  readonly control: string;
  readonly challengers: readonly string[];
}

type Sentence<K extends TestState['kind']> = (state: Extract<TestState, { readonly kind: K }>, names: ArmNames, rules: TestRules) => string;
type Sentences = { readonly [K in TestState['kind']]: Sentence<K> };

/** The one sentence that says where a test stands. It gives no number of an effect, and none of a chance. */
export function decisionSentence(state: TestState, names: ArmNames, rules: TestRules, language: 'en' | 'de'): string {
  const sentence = sentences[language][state.kind] as (of: TestState, names: ArmNames, rules: TestRules) => string;
  return sentence(state, names, rules);
}

const english: Sentences = {
  collecting: (_, __, { lookDays }) =>
    `People are still coming in, and nobody can tell anything before the first look on day ${lookDays[0]}.`,
  look: ({ look }, _, { lookDays }) =>
    `Look ${look} of ${lookDays.length} shows no clear difference yet, and the next look is on day ${lookDays[look]}.`,
  winner: ({ challenger }, names) =>
    `“${nameOf(challenger, names)}” brings more per person than “${names.control}”, so it is taken over, and 5 % of the people stay without it for four more weeks.`,
  loser: (_, names) =>
    `${list(names.challengers, 'and')} brought less per person than “${names.control}”, so stay with “${names.control}”.`,
  'harm-stop': (_, names) =>
    `${list(names.challengers, 'and')} brought so much less per person that the test stopped early, so stay with “${names.control}”.`,
  'inconclusive-cheapest': ({ challenger }, names) =>
    `No difference could be found, so the cheapest arm that risks little is kept: “${nameOf(challenger, names)}”.`,
  earning: () => 'More people get what brings more as far as is known, and how much more it brings is not tested here.',
  invalid: () =>
    'People did not come to the arms in the shares that were set, so this test says nothing until that is mended and it is started afresh.',
};

const german: Sentences = {
  collecting: (_, __, { lookDays }) =>
    `Es kommen noch Leute hinzu, und vor dem ersten Blick an Tag ${lookDays[0]} lässt sich nichts sagen.`,
  look: ({ look }, _, { lookDays }) =>
    `Blick ${look} von ${lookDays.length} zeigt noch keinen klaren Unterschied, und der nächste Blick ist an Tag ${lookDays[look]}.`,
  winner: ({ challenger }, names) =>
    `„${nameOf(challenger, names)}“ bringt pro Person mehr als „${names.control}“ und wird übernommen, und 5 % der Leute bleiben noch vier Wochen lang ohne.`,
  loser: (_, names) => `${broughtInGerman(names)} pro Person weniger als „${names.control}“, also bleibt es bei „${names.control}“.`,
  'harm-stop': (_, names) =>
    `${broughtInGerman(names)} pro Person so viel weniger, dass der Test früher endete, also bleibt es bei „${names.control}“.`,
  'inconclusive-cheapest': ({ challenger }, names) =>
    `Es ließ sich kein Unterschied finden, also bleibt die günstigste Variante, die wenig aufs Spiel setzt: „${nameOf(challenger, names)}“.`,
  earning: () => 'Mehr Leute bekommen das, was nach bisherigem Wissen mehr bringt, und um wie viel mehr, wird hier nicht geprüft.',
  invalid: () =>
    'Die Leute kamen nicht in den eingestellten Anteilen in die Varianten, also sagt dieser Test nichts, bis das behoben ist und er neu beginnt.',
};

function broughtInGerman({ challengers }: ArmNames): string {
  return `${list(challengers, 'und', '„', '“')} ${challengers.length > 1 ? 'brachten' : 'brachte'}`;
}

const sentences = { en: english, de: german } as const;

function nameOf(challenger: number | null, { control, challengers }: ArmNames): string {
  return challenger === null ? control : (challengers[challenger] ?? control);
}

function list(names: readonly string[], and: string, open = '“', close = '”'): string {
  const quoted = names.map((name) => `${open}${name}${close}`);
  return quoted.length < 2 ? (quoted[0] ?? '') : `${quoted.slice(0, -1).join(', ')} ${and} ${quoted.at(-1)}`;
}
