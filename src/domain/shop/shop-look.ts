/** Colours of mails and pages, as `#rrggbb`. Text colours read on `paper`, `ground` and `panel`; `onAccent` on `accent`. */
export interface Palette {
  /** Behind the letter. */
  readonly ground: string;
  /** The letter itself. */
  readonly paper: string;
  /** A box in the letter, and a picture that is missing. */
  readonly panel: string;
  /** Text, headlines, and what matters less. */
  readonly ink: string;
  readonly title: string;
  readonly soft: string;
  readonly line: string;
  /** Links and buttons, and the words on a button. */
  readonly accent: string;
  readonly onAccent: string;
}

/** How the shop's mails and pages look: `look` of `shop.yaml`. */
export interface ShopLook {
  /** Null: the brand's name is written. Width in pixels as it is shown. */
  readonly logo: { readonly url: string; readonly width: number } | null;
  readonly light: Palette;
  readonly dark: Palette;
  /** CSS font families; mail programs take the first that they have. */
  readonly fonts: { readonly headline: string; readonly body: string };
  readonly social: readonly { readonly name: string; readonly url: string }[];
}

export type ChosenColours = Readonly<Partial<Omit<Palette, 'onAccent'>>>;

const usualLight = {
  ground: '#f4f1ea',
  paper: '#ffffff',
  panel: '#f7f5ee',
  ink: '#33372f',
  title: '#1f2a24',
  soft: '#62665d',
  line: '#e6e1d6',
  accent: '#2f5d4a',
};
const usualDark = {
  ground: '#121512',
  paper: '#1c211e',
  panel: '#262d28',
  ink: '#dfe3dc',
  title: '#f4f2ec',
  soft: '#a9b0a7',
  line: '#3b443e',
  accent: '#93cdb4',
};

/** A palette with what the shop chose; the words on a button are dark or light, whichever reads better. */
export function paletteOf(scheme: 'light' | 'dark', chosen: ChosenColours): Palette {
  const colours = { ...(scheme === 'light' ? usualLight : usualDark), ...chosen };
  const onAccent = ['#ffffff', '#10201a'].toSorted((a, b) => contrast(b, colours.accent) - contrast(a, colours.accent))[0] ?? '#ffffff';
  return { ...colours, onAccent };
}

/** What cannot be read: pairs of names whose contrast is under 4.5 (WCAG 2.2, 1.4.3). */
export function unreadable(
  palette: Palette,
): readonly { readonly text: keyof Palette; readonly on: keyof Palette; readonly ratio: number }[] {
  const texts = ['ink', 'title', 'soft', 'accent'] as const;
  const pairs = texts.flatMap((text) => (['paper', 'ground', 'panel'] as const).map((on) => ({ text, on })));
  return pairs.map((pair) => ({ ...pair, ratio: contrast(palette[pair.text], palette[pair.on]) })).filter(({ ratio }) => ratio < 4.5);
}

/** 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
