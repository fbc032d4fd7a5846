/** Chances by hour of the local day, from 0 to 23; together 1. */
export type HourChances = readonly number[];

/** Clicks of people at large that a person's own are weighed against. */
const populationClicks = 12;
/** With fewer the population's habit counts alone. */
const clicksNeeded = 3;

/**
 * When in the day a person clicks: their clicks by local hour, smoothed over the hours beside (a quarter, a half, a quarter; midnight is
 * beside 23), and pulled to the population's habit as if it were twelve clicks. With fewer than three clicks the population's.
 *
 * @param clickHours Local hours, from 0 to 23, of clicks that a person made; a scanner's are left out.
 */
export function hourChances(clickHours: readonly number[], population: HourChances): HourChances {
  if (clickHours.length < clicksNeeded) return population;
  const counts = population.map((_, hour) => clickHours.filter((clicked) => clicked === hour).length);
  const at = (hour: number): number => counts[(hour + 24) % 24] ?? 0;
  const smooth = counts.map((count, hour) => 0.25 * at(hour - 1) + 0.5 * count + 0.25 * at(hour + 1));
  return smooth.map((count, hour) => (count + populationClicks * (population[hour] ?? 0)) / (clickHours.length + populationClicks));
}

/** The likeliest of these hours, of equals the earlier one; null: none is allowed. */
export function bestHour(chances: HourChances, mayBe: (hour: number) => boolean): number | null {
  return chances.reduce<number | null>((best, chance, hour) => {
    if (!mayBe(hour)) return best;
    return best === null || chance > (chances[best] ?? 0) ? hour : best;
  }, null);
}
