import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishJourney } from '../../../src/app/journeys/publish-journey.js';
import { publishTemplates } from '../../../src/app/templates/publish-templates.js';
import { isUnpublished, publishAtStart, publishPoliciesAtStart } from '../../../src/project/publish-project.js';
import { openTemplateFolder } from '../../../src/render/load.js';
import { latestTemplateVersions } from '../../../src/store/templates.js';
import { makeProject, quickCart } from '../../support/project.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('a start', (store) => {
  let folder: string;
  const draft = () => join(folder, 'journeys', 'draft.journey.yaml');
  beforeEach(async () => {
    await resetTables(store());
    folder = await makeProject({ 'quick-cart': quickCart({ idle: 2, wait: 3 }) });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What a process does with its project folder; answers what it said. */
  async function start(): Promise<readonly string[]> {
    const deps = turnDeps(store());
    const said: string[] = [];
    const templates = await openTemplateFolder(folder);
    const project = {
      folder,
      templates,
      publishTemplates: async () => publishTemplates({ ...deps, store: store() }, await templates.reload()),
      say: (line: string) => void said.push(line),
    };
    const isFirst = await isUnpublished(deps);
    await publishPoliciesAtStart(deps, project, isFirst);
    await publishAtStart(deps, project, isFirst);
    return said;
  }
  const versions = async () => ({
    journeys: await store().db.selectFrom('journey_versions').select(['journey_id', 'version']).orderBy('journey_id').execute(),
    policies: (await store().db.selectFrom('policy_versions').select('version').execute()).length,
    templates: [...(await latestTemplateVersions(store().db)).values()].map(({ version }) => version),
  });

  test('on an empty store publishes the folder, and the next one says nothing', async () => {
    expect((await start()).join('\n')).toMatch(
      /Published template cart-reminder-1, version 1\.[^]*Published journey quick-cart, version 1\./,
    );
    const first = await versions();
    expect(first.journeys).toEqual([{ journey_id: 'quick-cart', version: 1 }]);
    expect(await start()).toEqual([]);
    expect(await versions()).toEqual(first);
  });

  test('later leaves what is live as it is, and says which files differ', async () => {
    await start();
    const first = await versions();
    await writeFile(join(folder, 'journeys', 'quick-cart.journey.yaml'), quickCart({ idle: 5, wait: 3 }));
    await appendFile(join(folder, 'policies', 'caps.yaml'), '\n# looser\n');
    const words = join(folder, 'templates', 'email', 'cart-reminder-1.yaml');
    await writeFile(words, (await readFile(words, 'utf8')).replace(/^(\s*headline: )/m, '$1Oh, '));
    const said = await start();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^3 files differ from what is live \(template cart-reminder-1, policies\/caps\.yaml, journeys\/quick-cart\.journey\.yaml\)\..*sojourn publish --dry-run/,
    );
    expect(await versions()).toEqual(first);

    const templates = await openTemplateFolder(folder);
    await publishJourney({ ...turnDeps(store()), templates }, { source: quickCart({ idle: 5, wait: 3 }) });
    expect((await start())[0]).toMatch(/^2 files differ/);
  });

  test('is not stopped by a draft, neither the first nor a later one', async () => {
    await writeFile(draft(), 'journey: draft\nsteps: [');
    const said = await start();
    expect(said.join('\n')).toMatch(/journeys\/draft\.journey\.yaml:\d+:\d+/);
    expect(said).toContain('journeys/draft.journey.yaml is not live: mend it, then sojourn publish.');
    expect((await versions()).journeys).toEqual([{ journey_id: 'quick-cart', version: 1 }]);
    expect((await start())[0]).toMatch(/^1 file differs from what is live \(journeys\/draft/);
    await rm(draft());
    expect(await start()).toEqual([]);
  });
});
