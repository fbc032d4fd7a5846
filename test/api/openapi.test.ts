import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { repositoryFiles, textOf } from '../support/repository.js';
import { allRoutes } from '../support/routes.js';
import { type OpenedStore, openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly servers: readonly unknown[];
}

describe('the OpenAPI document', () => {
  let opened: OpenedStore;
  let document: Document;
  beforeAll(async () => {
    opened = await openMemoryStore();
    const { server } = await testApi(turnDeps(opened.store));
    document = (await server.inject('/openapi.json')).json();
  });
  afterAll(() => opened.dispose());

  const lint = async (source: unknown): Promise<readonly string[]> => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        'no-unused-components': 'error',
        'operation-operationId': 'error',
        'operation-operationId-unique': 'error',
        'operation-operationId-url-safe': 'error',
        'operation-summary': 'error',
        'tag-description': 'off',
        // A probe and a scrape have no refusals.
        'operation-4xx-response': 'off',
      },
    });
    const problems = await lintFromString({ source: JSON.stringify(source), config });
    return problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer ?? ''}: ${message}`);
  };

  test('passes a linter', async () => {
    expect(await lint(document)).toEqual([]);
  });

  type Draft = { servers?: unknown; paths: Record<string, Record<string, object>>; components: { schemas: Record<string, unknown> } };
  const same = ({ paths }: Draft) => ({ operationId: (paths['/v1/entries/{id}']?.['get'] as Operation | undefined)?.operationId });
  test.each<[string, (draft: Draft) => void]>([
    ['no-empty-servers', (draft) => void delete draft.servers],
    ['operation-operationId ', (draft) => void Object.assign(draft.paths['/v1/profiles/{id}']?.['get'] ?? {}, { operationId: undefined })],
    ['operation-operationId-unique', (draft) => void Object.assign(draft.paths['/v1/profiles/{id}']?.['get'] ?? {}, { ...same(draft) })],
    ['no-unused-components', (draft) => void (draft.components.schemas['Nobody'] = { type: 'string' })],
  ])('which would complain of %s', async (rule, spoil) => {
    const draft = structuredClone(document) as unknown as Draft;
    spoil(draft);
    expect((await lint(draft)).some((one) => one.startsWith(rule))).toBe(true);
  });

  test('says where the service is, and names each operation', () => {
    expect(document.servers).not.toEqual([]);
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(operations.filter(({ operationId, summary }) => operationId === undefined || summary === undefined)).toEqual([]);
  });

  test('has every route that is asked by name: events, webhooks and metrics too', async () => {
    const named = (await allRoutes()).filter(
      ({ access, act, url }) => act !== null && access.kind !== 'link' && !['/openapi.json', '/u'].includes(url),
    );
    // The browser client's short names are the same paths.
    const wanted = named
      .map(({ method, url }) => `${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
      .filter((one) => !/\/v1\/.$/.test(one));
    const told = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    expect(wanted.filter((one) => !told.includes(one))).toEqual([]);
    expect(told.length).toBe(new Set(wanted).size);
  });

  test('calls no two schemas the same: one would stand for the other', () => {
    const ids = repositoryFiles()
      .filter((file) => file.startsWith('src/') && file.endsWith('.ts'))
      .flatMap((file) => [...textOf(file).matchAll(/\.meta\(\{\s*id: '(\w+)'/g)].map(([, id]) => id));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('has no empty schema', () => {
    const empty: string[] = [];
    const look = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return;
      if (
        !Array.isArray(part) &&
        Object.keys(part).length === 0 &&
        /\/(schema|items|additionalProperties|properties\/[^/]+|anyOf\/\d+)$/.test(path)
      )
        empty.push(path);
      for (const [key, value] of Object.entries(part)) look(value, `${path}/${key}`);
    };
    look(document, '');
    expect(empty).toEqual([]);
  });
});
