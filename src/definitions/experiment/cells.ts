import type { ExperimentFactor } from '../../journey/experiment.js';
import type { ArmSource, ExperimentSource, WrittenExperiment } from './source.js';

/** Of a full factorial: as many as journeys have ways for. */
export const mostCells = 8;

interface Level {
  readonly id: string;
  readonly name: string;
  readonly cost: number;
}

/** The experiment with its arms: as they are written, or a cell for each combination of levels, all with the same share. */
export function withArms(source: WrittenExperiment): ExperimentSource {
  const arms = source.factors === undefined ? (source.arms ?? []) : armsOf(cellsOf(source.factors));
  return { ...source, arms, control: source.control ?? arms[0]?.id ?? '' };
}

/** Its factors with the ids of their levels, and which level each arm has. */
export function factorsOf({ factors }: Pick<WrittenExperiment, 'factors'>): readonly ExperimentFactor[] | undefined {
  if (factors === undefined) return undefined;
  const cells = cellsOf(factors);
  return factors.map(({ id, levels }, place) => ({
    id,
    levels: levelsOf(levels).map((level) => ({
      id: level.id,
      name: level.name,
      arms: cells.filter((cell) => cell[place]?.id === level.id).map(idOf),
    })),
  }));
}

/** All combinations, the last factor varying first. */
export function cellsOf(factors: NonNullable<WrittenExperiment['factors']>): readonly (readonly Level[])[] {
  return factors.reduce<readonly (readonly Level[])[]>(
    (cells, { levels }) => cells.flatMap((cell) => levelsOf(levels).map((level) => [...cell, level])),
    [[]],
  );
}

type LevelSource = NonNullable<WrittenExperiment['factors']>[number]['levels'][number];

function levelsOf(levels: readonly LevelSource[]): readonly Level[] {
  return levels.map((level) =>
    typeof level === 'string' ? { id: level, name: level, cost: 0 } : { ...level, name: level.name ?? level.id },
  );
}

function armsOf(cells: readonly (readonly Level[])[]): ArmSource[] {
  return cells.map((cell) => ({
    id: idOf(cell),
    name: cell.map(({ name }) => name).join(' × '),
    weight: 100 / cells.length,
    cost: cell.reduce((sum, { cost }) => sum + cost, 0),
  }));
}

function idOf(cell: readonly Level[]): string {
  return cell.map(({ id }) => id).join('-');
}
