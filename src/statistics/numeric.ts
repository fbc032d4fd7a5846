/**
 * Numbers by a method: where a function is zero, and what it sums to. Source: Press et al., Numerical Recipes, §4.6 (nodes) and §9.3
 * (roots).
 */

/** A point of a quadrature with its weight. */
export interface Node {
  readonly x: number;
  readonly weight: number;
}

/**
 * Where `f` crosses zero between `low` and `high`: bisection that steps by inverse quadratic interpolation where the function is smooth
 * enough (Chandrupatla 1997), about ten calls. `f` must have different signs at both ends; otherwise the end whose value is nearer to zero
 * comes back.
 */
export function crossing(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [high, low];
  let [fa, fb] = [f(a), f(b)];
  if (fa * fb > 0) return Math.abs(fa) < Math.abs(fb) ? a : b;
  let [c, fc] = [a, fa];
  let share = 0.5;
  for (let step = 0; step < 200; step += 1) {
    const x = a + share * (b - a);
    const fx = f(x);
    if (fx > 0 === fa > 0) [c, fc] = [a, fa];
    else [c, fc, b, fb] = [b, fb, a, fa];
    [a, fa] = [x, fx];
    const nearer = Math.abs(fa) < Math.abs(fb) ? a : b;
    const least = (2 * Number.EPSILON * Math.abs(nearer) + 1e-300) / Math.abs(b - c);
    if (least > 0.5 || fa === 0 || fb === 0) return nearer;
    share = Math.min(1 - least, Math.max(least, nextShare([a, b, c], [fa, fb, fc])));
  }
  return a;
}

/** How far from a to b to look next: by interpolation where it can be trusted, else the middle. */
function nextShare([a, b, c]: readonly [number, number, number], [fa, fb, fc]: readonly [number, number, number]): number {
  const xi = (a - b) / (c - b);
  const phi = (fa - fb) / (fc - fb);
  if (!(phi * phi < xi && (1 - phi) ** 2 < 1 - xi)) return 0.5;
  return (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb));
}

/** Gauss–Legendre points on [low, high], `count` of them. */
export function gaussLegendre(count: number, low: number, high: number): readonly Node[] {
  const half = (high - low) / 2;
  const middle = (high + low) / 2;
  return unitNodes(count).map(({ x, weight }) => ({ x: middle + half * x, weight: half * weight }));
}

/** Gauss–Legendre points on each stretch between neighbouring edges, for functions that are sharp in places. */
export function panels(edges: readonly number[], count: number): readonly Node[] {
  return edges.slice(1).flatMap((edge, at) => gaussLegendre(count, edges[at] ?? edge, edge));
}

/** Σ weight · f(x). */
export function integrate(nodes: readonly Node[], f: (x: number) => number): number {
  return nodes.reduce((sum, { x, weight }) => sum + weight * f(x), 0);
}

const known = new Map<number, readonly Node[]>();

/** Points on [−1, 1], found once for each count. */
function unitNodes(count: number): readonly Node[] {
  const there = known.get(count);
  if (there !== undefined) return there;
  const nodes = Array.from({ length: count }, (_, at) => legendreNode(count, at));
  known.set(count, nodes);
  return nodes;
}

function legendreNode(count: number, at: number): Node {
  let x = Math.cos((Math.PI * (at + 0.75)) / (count + 0.5));
  let slope = 1;
  for (let step = 0; step < 50; step += 1) {
    const [value, before] = legendre(count, x);
    slope = (count * (x * value - before)) / (x * x - 1);
    const next = x - value / slope;
    if (Math.abs(next - x) < 1e-16) break;
    x = next;
  }
  return { x, weight: 2 / ((1 - x * x) * slope * slope) };
}

/** P(count) and P(count − 1) at x, by Bonnet's recursion. */
function legendre(count: number, x: number): readonly [number, number] {
  let [value, before] = [1, 0];
  for (let degree = 1; degree <= count; degree += 1)
    [value, before] = [((2 * degree - 1) * x * value - (degree - 1) * before) / degree, value];
  return [value, before];
}
