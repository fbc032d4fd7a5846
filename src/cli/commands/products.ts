import type { ProductAnswer, ProductsTaken } from '../../api/contract/products.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { readSource } from '../source-file.js';
import { money, paragraphs, table } from '../text.js';

export const productListCommand = command({
  name: 'product list',
  help: 'products, with price and stock',
  run: (context) => listProducts(context),
});

export const productShowCommand = command({
  name: 'product show <id>',
  help: 'a product with its variants and tags',
  run: (context, [id = '']) => showProduct(context, id),
});

export const productImportCommand = command({
  name: 'product import <file>',
  help: 'send products from a file: one JSON object on each line, as PUT /v1/products takes them',
  examples: ['sojourn product import products.jsonl'],
  run: (context, [file = '']) => importProducts(context, file),
});

/** `product list` */
async function listProducts(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const products = await api.list<ProductAnswer>('/v1/products', {}, 1000);
  const rows = products.map((one) => [one.productId, one.name ?? '', priceText(one), standing(one), one.tags.join(', ')]);
  return { value: products, text: table(['product', 'name', 'price', '', 'tags'], rows, noProduct) };
}

/** `product show <id>` */
async function showProduct(context: CliContext, id: string): Promise<Outcome> {
  const api = await context.client();
  const one = await api.get<ProductAnswer>(`/v1/products/${encodeURIComponent(id)}`);
  const local = await context.localTime();
  const facts = [
    ['name', one.name ?? '–'],
    ['as of', local(one.updatedAt)],
    ['price', priceText(one)],
    ['stock', standing(one) || 'in stock'],
    ['category', one.category ?? '–'],
    ['family', one.family ?? '–'],
    ['tags', one.tags.join(', ') || '–'],
    ['collections', one.collections.join(', ') || '–'],
    ['not for', one.notFor.join(', ') || '–'],
    ['lasts', one.consumptionDays === null ? '–' : `${one.consumptionDays} days`],
  ] as const;
  const variants = one.variants.map(({ variantId, name, price, compareAt, cost, stock }) => [
    variantId,
    name ?? '',
    price,
    compareAt,
    cost,
    stock ?? 'not counted',
  ]);
  return {
    value: one,
    text: paragraphs(
      table([one.productId, ''], facts, ''),
      table(['variant', 'name', 'price', 'before', 'cost', 'stock'], variants, 'It has no variants.'),
    ),
  };
}

const atOnce = 200;

/** `product import <file>` */
async function importProducts(context: CliContext, file: string): Promise<Outcome> {
  const products = readLines((await readSource(file)).source, file);
  const api = await context.client();
  const sum = { taken: 0, unchanged: 0, older: [] as string[] };
  for (let start = 0; start < products.length; start += atOnce) {
    const answer = await api.put<ProductsTaken>('/v1/products', { products: products.slice(start, start + atOnce) }).catch((cause) => {
      throw cause instanceof CliFailure
        ? new CliFailure(`Nothing from line ${start + 1} of ${file} on was stored. ${cause.message}`, 1, cause.details)
        : cause;
    });
    sum.taken += answer.taken;
    sum.unchanged += answer.unchanged;
    sum.older.push(...answer.older);
  }
  const older = sum.older.length === 0 ? '' : ` Of ${sum.older.length} a newer version is known, which stays.`;
  return { value: sum, text: `${sum.taken} products taken, ${sum.unchanged} were known so.${older}` };
}

function readLines(text: string, file: string): readonly unknown[] {
  const lines = text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ line, number: index + 1 }]));
  if (lines.length === 0) throw new CliFailure(`${file} is empty: it has a JSON object on each line.`, 2);
  return lines.map(({ line, number }) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new CliFailure(`Line ${number} of ${file} is not valid JSON: each line is one whole object.`, 2);
    }
  });
}

function priceText({ price, currency }: ProductAnswer): string {
  if (price === null) return '–';
  return currency === null ? price.toFixed(2) : money(price, currency);
}

function standing({ deleted, isInStock }: ProductAnswer): string {
  if (deleted) return 'no longer offered';
  return isInStock ? '' : 'sold out';
}

const noProduct = 'No product is known: the shop tells them by PUT /v1/products, or sojourn product import products.jsonl.';
