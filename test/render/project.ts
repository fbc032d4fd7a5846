import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RenderContext } from '../../src/domain/messages/rendering.js';
import type { CompiledTemplate } from '../../src/domain/messages/template.js';
import { loadShop } from '../../src/project/shop.js';
import { lintTemplates } from '../../src/render/lint.js';
import { loadTemplates } from '../../src/render/load.js';
import type { TemplateSet } from '../../src/render/template-set.js';
import type { FileProblem } from '../../src/yaml/problem.js';

export const shop = await loadShop('.');

/** A person with a cart; a test states what matters to it. */
export function renderContext(changes: Partial<RenderContext> = {}): RenderContext {
  return {
    profile: { firstName: 'Ada', locale: 'en-GB', traits: {} },
    cart: {
      lines: [{ name: 'Tea cosy', quantity: 2, price: 4.25, imageUrl: null, url: null }],
      value: 8.5,
      currency: 'GBP',
      url: 'https://links.example/c/token',
    },
    links: { unsubscribe: 'https://links.example/u/token', preferences: 'https://links.example/p/token' },
    data: {},
    isFirstSms: false,
    at: Date.UTC(2010, 11, 1, 9),
    timeZone: 'Europe/London',
    ...changes,
  };
}

/** A text in English as a published version holds it. */
export function smsTemplate(body: string, changes: Partial<Omit<CompiledTemplate, 'channel' | 'variants'>> = {}): CompiledTemplate {
  return {
    format: 1,
    id: 'note',
    class: 'marketing',
    topic: 'cart_reminder',
    atMostOnce: false,
    requires: [],
    ...changes,
    channel: 'sms',
    variants: { en: { body } },
  };
}

/** The shipped project's files that one template needs; `changes` overwrites or adds texts by path. */
export async function withTemplates<T>(
  changes: Readonly<Record<string, string>>,
  work: (set: TemplateSet, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-templates-'));
  try {
    const files = { ...(await shippedFiles()), ...changes };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await work(await loadTemplates(folder), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function lintWith(changes: Readonly<Record<string, string>>): Promise<readonly FileProblem[]> {
  return withTemplates(changes, (set) => lintTemplates(set, shop));
}

export function shipped(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

async function shippedFiles(): Promise<Record<string, string>> {
  const paths = [
    ...[
      'shop.mjml',
      'head.mjml',
      'top.mjml',
      'hero.mjml',
      'text.mjml',
      'link-button.mjml',
      'product-grid.mjml',
      'coupon.mjml',
      'review.mjml',
      'recommendations.mjml',
      'order-lines.mjml',
      'footer.mjml',
      'cart-lines.mjml',
      'return-button.mjml',
      'plain.mjml',
      'sender.mjml',
      'words.yaml',
    ].map((name) => `templates/layouts/${name}`),
    'templates/samples/new-customer.json',
  ];
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await shipped(path)])));
}
