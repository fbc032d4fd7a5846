import { crossing, gaussLegendre, integrate, type Node } from './numeric.js';
import { criticalZ, normalCdf, normalDensity, normalQuantile } from './special.js';

/**
 * A few planned looks that together cost no more than α: at each, z must pass a boundary, two-sided.
 *
 * Information is the share of the planned people that have been seen, 0 to 1, rising. Between looks z·√t is a Brownian motion; its density
 * inside of the boundaries is carried from look to look by quadrature (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000, ch. 19).
 */

/** What a spending rule allows to have spent of α when this share of the information is there. */
export type Spending = (information: number, alpha: number) => number;

/** Lan & DeMets (1983), in the manner of O'Brien & Fleming: next to nothing early, nearly all at the end. */
export const obrienFlemingSpending: Spending = (information, alpha) =>
  information >= 1 ? alpha : 2 * normalCdf(-criticalZ(alpha) / Math.sqrt(information));

/** A look's boundary: |z| at or above it decides. Infinity where nothing is to be spent. */
export interface Boundary {
  readonly information: number;
  /** α spent up to and with this look. */
  readonly spent: number;
  readonly z: number;
}

/**
 * Boundaries for looks at these shares of information. They may be unequal, and a later look never changes an earlier boundary: call it
 * with the looks taken so far. `isLast` says that no look follows: the last of them may spend all that is left, also where fewer people
 * came than planned.
 */
export function boundaries(
  information: readonly number[],
  alpha: number,
  { spending = obrienFlemingSpending, isLast = false }: { readonly spending?: Spending; readonly isLast?: boolean } = {},
): readonly Boundary[] {
  const found: Boundary[] = [];
  let walk = start;
  let spentBefore = 0;
  information.forEach((share, at) => {
    const isEnd = isLast && at === information.length - 1;
    const spent = Math.max(spentBefore, isEnd ? alpha : spending(share, alpha));
    const z = boundaryFor(walk, share, spent - spentBefore);
    found.push({ information: share, spent, z });
    walk = stay(walk, share, z);
    spentBefore = spent;
  });
  return found;
}

/** Boundaries of the form C·shape(k) at `looks` equal steps, with C so that α is spent in all: O'Brien–Fleming has √(K/k), Pocock 1. */
export function classicBoundaries(looks: number, alpha: number, shape: (look: number) => number): readonly number[] {
  const information = Array.from({ length: looks }, (_, at) => (at + 1) / looks);
  const at = (c: number): readonly number[] => information.map((_, look) => c * shape(look + 1));
  const c = crossing((factor) => crossingChances(information, at(factor), 0).reduce((sum, chance) => sum + chance, 0) - alpha, 1, 6);
  return at(c);
}

/**
 * The chance to cross first at each look, when z at full information has the mean `drift` (0 without effect): power, and the day at which
 * tests end.
 */
export function crossingChances(information: readonly number[], z: readonly number[], drift: number): readonly number[] {
  let walk: Walk = start;
  return information.map((share, at) => {
    const bound = z[at] ?? Number.POSITIVE_INFINITY;
    const chance = chanceOutside(walk, share, bound, drift);
    walk = stay(walk, share, bound, drift);
    return chance;
  });
}

/** Where the motion is that has not crossed: points of z·√t with the chance of each. */
interface Walk {
  readonly information: number;
  readonly points: readonly Node[];
}

const start: Walk = { information: 0, points: [{ x: 0, weight: 1 }] };

/** Beyond this z nothing is left: 1e-15 of the chance. */
const farthest = 8;
const points = 160;

function boundaryFor(walk: Walk, information: number, toSpend: number): number {
  if (toSpend <= 1e-15) return Number.POSITIVE_INFINITY;
  if (walk === start) return -normalQuantile(toSpend / 2);
  return crossing((z) => toSpend - chanceOutside(walk, information, z, 0), 0, farthest);
}

function chanceOutside(walk: Walk, information: number, z: number, drift: number): number {
  if (z === Number.POSITIVE_INFINITY) return 0;
  const edge = z * Math.sqrt(information);
  const step = Math.sqrt(information - walk.information);
  const mean = drift * (information - walk.information);
  return integrate(walk.points, (x) => normalCdf((-edge - x - mean) / step) + normalCdf((x + mean - edge) / step));
}

function stay(walk: Walk, information: number, z: number, drift = 0): Walk {
  const step = Math.sqrt(information - walk.information);
  const middle = drift * information;
  const width = farthest * Math.sqrt(information);
  const edge = z * Math.sqrt(information);
  const inside = gaussLegendre(points, Math.max(-edge, middle - width), Math.min(edge, middle + width));
  const mean = drift * (information - walk.information);
  return {
    information,
    points: inside.map(({ x, weight }) => ({
      x,
      weight: (weight * integrate(walk.points, (from) => normalDensity((x - from - mean) / step))) / step,
    })),
  };
}
