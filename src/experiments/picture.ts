import type { ArmEffect } from './effect.js';
import type { Light } from './standing.js';

/** What the picture shows. Words come with it, so that it has one place for each language. */
export interface Pictured {
  readonly title: string;
  readonly sentence: string;
  readonly light: Light;
  /** Null: nothing of the effect may be shown yet, or at all. */
  readonly effects: readonly (Pick<ArmEffect, 'value' | 'interval'> & { readonly name: string })[] | null;
  /** Under the axis: margin per 1,000 people, in GBP. */
  readonly unit: string;
  /** Instead of intervals, and below the picture: the date of the next look. */
  readonly hidden: string;
  readonly next: string;
  readonly control: string;
  readonly number: (value: number) => string;
}

const width = 720;
const left = 190;
const right = 690;
const top = 104;
const rowHeight = 46;

const colours: Readonly<Record<Light, string>> = { off: '#9aa0a6', amber: '#b26a00', green: '#1a7f37', red: '#b3261e' };

/** One interval an arm, a traffic light, the date of the next look: SVG without scripts, dark on light, readable by a screen reader. */
export function pictureOf(of: Pictured): string {
  const rows = of.effects?.length ?? 0;
  const bottom = top + Math.max(1, rows) * rowHeight;
  const height = bottom + 88;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, sans-serif">`,
    `<title id="t">${escaped(of.title)}</title><desc id="d">${escaped(described(of))}</desc>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<circle cx="34" cy="38" r="12" fill="${colours[of.light]}"/>`,
    `<text x="58" y="34" font-size="18" font-weight="600" fill="#1f2328">${escaped(clipped(of.title, 68))}</text>`,
    ...lines(of.sentence, 86).map(
      (line, place) => `<text x="58" y="${56 + 18 * place}" font-size="14" fill="#424a53">${escaped(line)}</text>`,
    ),
    ...(of.effects === null || rows === 0
      ? [`<text x="58" y="${top + 34}" font-size="15" fill="#1f2328">${escaped(of.hidden)}</text>`]
      : intervals(of, of.effects, bottom)),
    `<text x="58" y="${height - 16}" font-size="13" fill="#424a53">${escaped(of.next)}</text>`,
    '</svg>',
  ].join('\n');
}

function intervals(of: Pictured, effects: NonNullable<Pictured['effects']>, bottom: number): readonly string[] {
  const scale = scaleOf(effects.flatMap(({ interval }) => interval));
  const zero = scale.at(0);
  return [
    ...scale.ticks.map(
      (tick) =>
        `<line x1="${px(scale.at(tick))}" y1="${top - 6}" x2="${px(scale.at(tick))}" y2="${bottom}" stroke="#e6e8eb"/><text x="${px(scale.at(tick))}" y="${bottom + 18}" font-size="12" text-anchor="middle" fill="#424a53">${escaped(of.number(tick))}</text>`,
    ),
    `<line x1="${px(zero)}" y1="${top - 6}" x2="${px(zero)}" y2="${bottom}" stroke="#1f2328" stroke-width="1.5"/>`,
    `<text x="${px((left + right) / 2)}" y="${bottom + 38}" font-size="12" text-anchor="middle" fill="#424a53">${escaped(of.unit)}</text>`,
    ...effects.flatMap((effect, place) => row(of, effect, top + place * rowHeight + rowHeight / 2, scale.at)),
  ];
}

function row(
  of: Pictured,
  { name, value, interval: [low, high] }: NonNullable<Pictured['effects']>[number],
  y: number,
  at: (value: number) => number,
): readonly string[] {
  const colour = low > 0 ? colours.green : high < 0 ? colours.red : '#0b57d0';
  return [
    `<text x="58" y="${y + 5}" font-size="14" fill="#1f2328">${escaped(clipped(name, 18))}</text>`,
    `<line x1="${px(at(low))}" y1="${y}" x2="${px(at(high))}" y2="${y}" stroke="${colour}" stroke-width="6" stroke-linecap="round"/>`,
    `<circle cx="${px(at(value))}" cy="${y}" r="6" fill="#ffffff" stroke="${colour}" stroke-width="3"/>`,
    `<text x="${px(at(value))}" y="${y - 12}" font-size="12" text-anchor="middle" fill="#1f2328">${escaped(of.number(value))}</text>`,
  ];
}

/** A scale that holds all values and 0, with some round marks. */
function scaleOf(values: readonly number[]): { readonly at: (value: number) => number; readonly ticks: readonly number[] } {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = high - low || 1;
  const step = roundStep(span / 4);
  const first = Math.ceil(low / step) * step;
  const count = Math.floor((high - first) / step) + 1;
  return {
    at: (value) => left + ((value - low) / span) * (right - left),
    ticks: Array.from({ length: count }, (_, place) => first + place * step),
  };
}

function roundStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about));
  const lead = about / power;
  return (lead > 5 ? 10 : lead > 2 ? 5 : lead > 1 ? 2 : 1) * power;
}

function described({ sentence, effects, unit, hidden, next, control, number }: Pictured): string {
  const told = effects?.map(
    ({ name, value, interval: [low, high] }) => `${name} – ${control}: ${number(value)} (${number(low)} … ${number(high)})`,
  );
  return [sentence, told === undefined || told.length === 0 ? hidden : `${told.join('; ')}; ${unit}`, next].join(' ');
}

function lines(text: string, longest: number): readonly string[] {
  const found: string[] = [''];
  for (const word of text.split(' ')) {
    const last = found.at(-1) ?? '';
    if (last !== '' && last.length + word.length + 1 > longest) found.push(word);
    else found[found.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return found.slice(0, 3);
}

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function px(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
