import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds wrong on a page, a line each; `without`: rules that do not fit. */
export async function violationsOf(page: Page, without: readonly string[] = []): Promise<readonly string[]> {
  await page.evaluate(source);
  const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
  const found = await page.evaluate(
    async (options) => {
      const { axe } = globalThis as unknown as {
        readonly axe: { run(options: object): Promise<{ readonly violations: readonly Violation[] }> };
      };
      return (await axe.run(options)).violations;
    },
    // Rules that pass say nothing to us: without this, axe describes every element that they saw.
    { rules, resultTypes: ['violations'] },
  );
  return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(summaryOf).join(' | ')}`);
}

function summaryOf({ html, failureSummary }: Violation['nodes'][number]): string {
  return `${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`;
}
