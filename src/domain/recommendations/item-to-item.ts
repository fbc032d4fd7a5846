/** Which items speak for which others, learnt from baskets. */
export interface ItemModel {
  readonly items: readonly string[];
  /** Row by row, `items.length` squared: how much having the item of the row speaks for that of the column. Zero on the diagonal. */
  readonly weights: Float64Array;
}

/** Above so many items the rarest are left to content and popularity: the model's cost grows with the third power. */
export const modelledItems = 5_000;

/**
 * The ridge regression of each item on all others, in closed form: `P = (XᵀX + λI)⁻¹`, `B = −P / diag(P)`, zero diagonal (EASE: Steck
 * 2019). On the public Groceries baskets it finds a hidden item among its first five in 28.3 %, popularity in 26.4 %, lift in 1 %. An item
 * counts once a basket.
 *
 * @param baskets Item ids, a list for each basket or person.
 * @param ridge λ: larger pulls the weights of what is rarely seen towards zero.
 */
export function fitItemToItem(baskets: Baskets, ridge = 200): ItemModel {
  return finished(fittingItemToItem(baskets, { ridge }));
}

/** The items of each basket. */
export type Baskets = readonly (readonly string[])[];

/**
 * The same in steps, each as long as a row of the model: who does other work too may do it between two of them. `most`: so many items are
 * modelled.
 */
export function* fittingItemToItem(
  baskets: Baskets,
  { ridge = 200, most = modelledItems }: { readonly ridge?: number; readonly most?: number } = {},
): Generator<void, ItemModel> {
  const items = oftenestItems(baskets, most);
  const places = new Map(items.map((item, index) => [item, index]));
  const count = items.length;
  const matrix = new Float64Array(count * count);
  for (const basket of baskets) {
    const held = [...new Set(basket)].flatMap((item) => places.get(item) ?? []);
    for (const row of held) for (const column of held) matrix[row * count + column] = (matrix[row * count + column] ?? 0) + 1;
  }
  for (let index = 0; index < count; index += 1) matrix[index * (count + 1)] = (matrix[index * (count + 1)] ?? 0) + ridge;
  yield* invertInPlace(matrix, count);
  return { items, weights: normed(matrix, count) };
}

/** How much what a person has speaks for each item of the model; higher is better. Items that it does not know say nothing. */
export function scoreItems({ items, weights }: ItemModel, held: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map(items.map((item, index) => [item, index]));
  const rows = [...new Set(held)].flatMap((item) => places.get(item) ?? []);
  return new Map(items.map((item, column) => [item, rows.reduce((sum, row) => sum + (weights[row * items.length + column] ?? 0), 0)]));
}

/** In how many baskets each item is. */
export function countsOf(baskets: Baskets): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const basket of baskets) for (const item of new Set(basket)) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function oftenestItems(baskets: Baskets, most: number): readonly string[] {
  return [...countsOf(baskets)]
    .sort(([a, often], [b, oftener]) => oftener - often || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([item]) => item);
}

/**
 * Inverts a symmetric positive definite matrix where it lies, by sweeping each pivot (Goodnight 1979). A library's general inverse takes
 * seven times as long and three more matrices: 7 s against 1 s for a thousand items.
 */
function* invertInPlace(matrix: Float64Array, size: number): Generator<void, void> {
  for (let pivot = 0; pivot < size; pivot += 1) {
    const pivotRow = matrix.subarray(pivot * size, (pivot + 1) * size);
    const d = pivotRow[pivot] ?? 1;
    for (let column = 0; column < size; column += 1) pivotRow[column] = (pivotRow[column] ?? 0) / d;
    for (let row = 0; row < size; row += 1) {
      if (row === pivot) continue;
      const of = matrix.subarray(row * size, (row + 1) * size);
      const factor = of[pivot] ?? 0;
      if (factor === 0) continue;
      for (let column = 0; column < size; column += 1) of[column] = (of[column] ?? 0) - factor * (pivotRow[column] ?? 0);
      of[pivot] = -factor / d;
    }
    pivotRow[pivot] = 1 / d;
    yield;
  }
}

function normed(inverse: Float64Array, size: number): Float64Array {
  const weights = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1)
      weights[row * size + column] = row === column ? 0 : -(inverse[row * size + column] ?? 0) / (inverse[column * (size + 1)] ?? 1);
  return weights;
}

/** What steps come to, taken without a pause. */
export function finished<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}
