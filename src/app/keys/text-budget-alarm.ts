import { textBudgetCountry } from '../../domain/gate/guards/respect-text-budget.js';
import type { Verdict } from '../../domain/gate/verdict.js';
import { hourOf } from '../../domain/keys/key-budget.js';
import type { AppDeps } from '../deps.js';

type Deps = Pick<AppDeps, 'clock' | 'log' | 'metrics'>;

const told = new WeakMap<AppDeps['metrics'], Map<string, number>>();

/** Tells operators once an hour of each country whose budget of texts held one back. */
export function alarmTextBudget(deps: Deps, verdict: Verdict): void {
  const country = 'detail' in verdict ? textBudgetCountry(verdict.detail) : null;
  if (country === null) return;
  const hour = hourOf(deps.clock.now());
  const hours = told.get(deps.metrics) ?? new Map<string, number>();
  told.set(deps.metrics, hours);
  if (hours.get(country) === hour) return;
  hours.set(country, hour);
  deps.metrics.alarm('texts-budget');
  deps.log.warn({ country }, 'The texts of an hour to one country have reached their budget (texts.per_hour of shop.yaml): more wait.');
}
