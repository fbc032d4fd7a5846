import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageFolder } from '../../examples/instance.js';
import { allRoutes, routeTable } from '../support/routes.js';

/** `UPDATE_ROUTES=1 npx vitest run --project unit test/repository/routes.test.ts` writes the table anew. */
test('docs/security.md has every route with what opens it', async () => {
  const file = join(packageFolder(), 'docs/security.md');
  const [before = '', rest = ''] = (await readFile(file, 'utf8')).split('<!-- routes -->\n');
  const [, after = ''] = rest.split('<!-- /routes -->');
  const wanted = `${before}<!-- routes -->\n${routeTable(await allRoutes())}\n<!-- /routes -->${after}`;
  if (process.env['UPDATE_ROUTES'] !== undefined) await writeFile(file, wanted);
  expect(await readFile(file, 'utf8')).toBe(wanted);
});
