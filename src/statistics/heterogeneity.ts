import { crossing } from './numeric.js';
import { chiSquareAbove } from './special.js';

/** An effect with the variance of its estimate, of a segment or of a study. */
export interface Effect {
  readonly value: number;
  readonly variance: number;
}

/**
 * How much effects differ between groups: τ², the variance of the true effects, by DerSimonian–Laird (1986), Paule–Mandel (1982) or
 * restricted likelihood (REML; Viechtbauer 2005). One number for τ² is for description. Claims about segments come from `pooling.ts`, which
 * does not trust one number.
 */
export interface Heterogeneity {
  /** Cochran's Q: Σ (y − μ)² / v. */
  readonly q: number;
  /** P(Q or more), were all effects the same. */
  readonly p: number;
  readonly dersimonianLaird: number;
  readonly pauleMandel: number;
  readonly restricted: number;
}

/** Of two groups or more. */
export function heterogeneity(effects: readonly Effect[]): Heterogeneity {
  const q = generalisedQ(effects, 0);
  const freedom = effects.length - 1;
  const weights = effects.map(({ variance }) => 1 / variance);
  const spread = total(weights) - total(weights.map((weight) => weight * weight)) / total(weights);
  return {
    q,
    p: chiSquareAbove(q, freedom),
    dersimonianLaird: Math.max(0, (q - freedom) / spread),
    pauleMandel: q <= freedom ? 0 : crossing((tau2) => generalisedQ(effects, tau2) - freedom, 0, upperTau2(effects)),
    restricted: restricted(effects),
  };
}

/** Effects drawn towards their common mean, for a given τ². */
export interface Pooled {
  readonly mean: number;
  readonly standardError: number;
  /** How much each is drawn: 0 not at all, 1 to the mean. */
  readonly shrinkage: readonly number[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** Partial pooling at one τ² (Gelman et al. 2013, §5.4; a flat prior on the mean). */
export function pooledAt(effects: readonly Effect[], tau2: number): Pooled {
  const { mean, precision } = meanAt(effects, tau2);
  const shrinkage = effects.map(({ variance }) => variance / (variance + tau2));
  return {
    mean,
    standardError: precision ** -0.5,
    shrinkage,
    means: effects.map(({ value }, at) => (shrinkage[at] ?? 1) * mean + (1 - (shrinkage[at] ?? 1)) * value),
    deviations: effects.map(({ variance }, at) => Math.sqrt((1 - (shrinkage[at] ?? 1)) * variance + (shrinkage[at] ?? 1) ** 2 / precision)),
  };
}

/**
 * Values of equal, known variance drawn towards their mean (James & Stein 1961, as Efron & Morris 1975 have it for four groups or more).
 */
export function jamesStein(values: readonly number[], variance: number): { readonly factor: number; readonly means: readonly number[] } {
  const mean = total(values) / values.length;
  const spread = total(values.map((value) => (value - mean) ** 2));
  const factor = Math.max(0, 1 - ((values.length - 3) * variance) / spread);
  return { factor, means: values.map((value) => mean + factor * (value - mean)) };
}

function meanAt(effects: readonly Effect[], tau2: number): { readonly mean: number; readonly precision: number } {
  const precision = total(effects.map(({ variance }) => 1 / (variance + tau2)));
  return { mean: total(effects.map(({ value, variance }) => value / (variance + tau2))) / precision, precision };
}

function generalisedQ(effects: readonly Effect[], tau2: number): number {
  const { mean } = meanAt(effects, tau2);
  return total(effects.map(({ value, variance }) => (value - mean) ** 2 / (variance + tau2)));
}

/** Where the slope of the restricted likelihood turns: Σ w²(y − μ)² − Σ w + Σ w² / Σ w. */
function restricted(effects: readonly Effect[]): number {
  const slope = (tau2: number): number => {
    const { mean, precision } = meanAt(effects, tau2);
    const squares = effects.map(({ variance }) => (variance + tau2) ** -2);
    return total(effects.map(({ value }, at) => (squares[at] ?? 0) * (value - mean) ** 2)) - precision + total(squares) / precision;
  };
  return slope(0) <= 0 ? 0 : crossing(slope, 0, upperTau2(effects));
}

function upperTau2(effects: readonly Effect[]): number {
  const values = effects.map(({ value }) => value);
  return 10 * (Math.max(...values) - Math.min(...values)) ** 2 + 1e-12;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
