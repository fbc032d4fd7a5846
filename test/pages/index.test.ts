import fastify from 'fastify';
import { expect, test } from 'vitest';
import type { AppDeps } from '../../src/app/deps.js';
import { customerPages, pageAt } from '../../src/pages/index.js';
import { shop } from '../support/shop.js';

test('each page has letters of its own, and no path that begins otherwise', async () => {
  const letters = customerPages.flatMap((page) => page.letters);
  expect(letters).toEqual([...new Set(letters)]);
  for (const page of customerPages) {
    const server = fastify();
    const paths: string[] = [];
    server.addHook('onRoute', ({ url }) => void paths.push(url));
    await server.register(page.routes({ shop } as AppDeps));
    await server.close();
    expect(paths.map((path) => pageAt(path))).toEqual(paths.map(() => page));
  }
});

test('an address is a page’s also where a mail program has cut it short', () => {
  for (const url of ['/u', '/u/', '/u?ask', '/p/abc', '/v/x']) expect(pageAt(url)).not.toBeNull();
  for (const url of ['/', '/v1/profiles', '/unsubscribe', '/a/x', '/U/x']) expect(pageAt(url)).toBeNull();
});
