import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { publishJourney } from '../../../src/app/journeys/publish-journey.js';
import { livePolicies } from '../../../src/app/policies/live-policies.js';
import { publishPolicy } from '../../../src/app/policies/publish-policy.js';
import type { PolicyKind } from '../../../src/domain/policy/policies.js';
import { day } from '../../../src/domain/time/instant.js';
import { publishOrder } from '../../../src/project/policy-folder.js';
import { publishPolicyFolder } from '../../../src/project/publish-policies.js';
import { listPolicyVersions } from '../../../src/store/policies.js';
import { readPublished } from '../../../src/store/published.js';
import { silentLog } from '../../support/log.js';
import { policySource } from '../../support/policies.js';
import { cartWithoutOffer } from '../../support/shipped-cart.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

const caps = policySource('caps');
const lower = caps.replace('limit: { new: 4, hot: 5, warm: 3, cool: 1 }', 'limit: { new: 3, hot: 3, warm: 3, cool: 1 }');

describeOnBothStores('published policies', (store) => {
  beforeEach(() => resetTables(store()));

  const publish = (policy: PolicyKind, source = policySource(policy), more: { note?: string; onlyIfNone?: boolean } = {}) =>
    publishPolicy(turnDeps(store()), { policy, source, ...more });
  const live = (log = silentLog) => livePolicies({ store: store(), log });
  async function publishAll() {
    for (const kind of publishOrder) await publish(kind);
  }

  test('are frozen versions, and publishing what is in force changes nothing', async () => {
    expect(await publish('caps', caps, { note: 'first' })).toMatchObject({ kind: 'published', version: 1, problems: [] });
    expect(await publish('caps')).toMatchObject({ kind: 'unchanged', version: 1 });
    expect(await publish('caps', lower)).toMatchObject({ kind: 'published', version: 2 });
    expect(await publish('caps')).toMatchObject({ kind: 'published', version: 3 });
    expect(await publish('caps', lower, { onlyIfNone: true })).toMatchObject({ kind: 'unchanged', version: 3 });
    const versions = await listPolicyVersions(store().db, 'caps', { before: null, limit: 10 });
    expect(versions.map(({ version, source, note }) => [version, source, note])).toEqual([
      [3, caps, null],
      [2, lower, null],
      [1, caps, 'first'],
    ]);
  });

  test('of many publishers at once, each change makes one version', async () => {
    await Promise.all([caps, lower, caps, lower].map((source) => publish('caps', source)));
    const versions = await listPolicyVersions(store().db, 'caps', { before: null, limit: 10 });
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => versions.length - index));
    for (const [index, { hash }] of versions.entries()) expect(hash).not.toBe(versions[index + 1]?.hash);
  });

  test('are refused with what is wrong, and what was in force stays', async () => {
    await publish('caps');
    const refused = await publish('caps', caps.replace('new: 4', 'new: 40'));
    expect(refused).toMatchObject({ kind: 'refused', problems: [{ file: 'policies/caps.yaml', path: 'rules.0.limit.new' }] });
    expect(await publish('caps')).toMatchObject({ kind: 'unchanged', version: 1 });
  });

  test('caps and topics hold each other: neither may name what the other lacks', async () => {
    await publish('topics');
    const renamed = caps.replaceAll('win_back', 'come_back');
    expect(await publish('caps', renamed)).toMatchObject({
      kind: 'refused',
      problems: [{ message: 'There is no topic "come_back" in policies/topics.yaml.' }, {}],
    });
    await publish('caps');
    expect(await publish('topics', policySource('topics').replace('id: win_back', 'id: come_back'))).toMatchObject({
      kind: 'refused',
      problems: [{ message: expect.stringContaining('"win_back"') }, {}],
    });
  });

  test('a topic that a live journey names may go, with a warning that says whose it was', async () => {
    await publishJourney(turnDeps(store()), { source: cartWithoutOffer() });
    const without = policySource('topics').replace('id: cart_reminder', 'id: basket_reminder');
    expect(await publish('topics', without)).toMatchObject({
      kind: 'published',
      problems: [{ severity: 'warning', message: expect.stringContaining('the journey abandoned-cart names it') }],
    });
  });

  test('no policy is no start, and the sentence names the file', async () => {
    await expect(live().start()).rejects.toThrow(/policies\/caps\.yaml/);
    for (const kind of publishOrder) if (kind !== 'caps') await publish(kind);
    const policies = live();
    await expect(policies.start()).rejects.toThrow('No caps policy is published');
    expect(() => policies.current()).toThrow('before they were read');
  });

  test('an embedded start follows its folder, and does not begin without one of the files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-policies-'));
    await cp('policies', join(folder, 'policies'), { recursive: true });
    const lines: string[] = [];
    const start = (isEmbedded: boolean) => publishPolicyFolder(turnDeps(store()), folder, { isEmbedded, say: (line) => lines.push(line) });
    const write = (text: string) => writeFile(join(folder, 'policies/caps.yaml'), text);

    await start(true);
    expect(lines).toContain('Published policy caps, version 1.');
    await write(lower);
    await start(false);
    expect(await publish('caps', caps)).toMatchObject({ kind: 'unchanged', version: 1 });
    await start(true);
    expect(lines.at(-1)).toBe('Published policy caps, version 2.');

    // Renamed in both files at once.
    await write(lower.replaceAll('win_back', 'come_back'));
    await writeFile(join(folder, 'policies/topics.yaml'), policySource('topics').replace('id: win_back', 'id: come_back'));
    await start(true);
    expect(lines.slice(-2)).toEqual(['Published policy topics, version 2.', 'Published policy caps, version 3.']);

    await write(caps.replace('new: 4', 'new: 40'));
    await expect(start(true)).rejects.toThrow('policies/caps.yaml cannot be published');
    expect(lines.at(-1)).toMatch(/^policies\/caps\.yaml:\d+:\d+/);
    await rm(join(folder, 'policies/caps.yaml'));
    await start(false);
    await expect(start(true)).rejects.toThrow(/policies\/caps\.yaml.*no policy does not mean no cap/);
    await rm(folder, { recursive: true });
  });

  test('another process hears of a new version by looking', async () => {
    await publishAll();
    const policies = live();
    await policies.start();
    expect(policies.current().caps.version).toBe(1);
    const before = policies.current();

    await publish('caps', lower);
    await policies.take((await readPublished(store().db)).policies);
    expect(policies.current().caps.version).toBe(2);
    expect(policies.current().caps.rules[0]?.limit).toMatchObject({ hot: 3 });
    expect(policies.current().topics).toBe(before.topics);
  });

  test('the process that publishes has it at once', async () => {
    await publishAll();
    const policies = live();
    await policies.start();
    await publishPolicy(turnDeps(store(), { policies }), { policy: 'caps', source: lower });
    expect(policies.current().caps.version).toBe(2);
  });

  test('caps that leave a channel open for somebody are no start either', async () => {
    await publishAll();
    const rules = [
      { id: 'email-7d', channels: ['email'], topics: null, exceptTopics: [], limit: 3, window: { type: 'rolling', ms: 7 * day } },
    ];
    const definition = JSON.stringify({ rules, ceilings: [] });
    await store().db.updateTable('policy_versions').set({ source: 'policy: caps\n', definition }).where('kind', '=', 'caps').execute();
    await expect(live().start()).rejects.toThrow(/no rule for sms .*policies\/caps\.yaml/);
  });

  test('what today’s rules would refuse holds as it was read when it was published', async () => {
    await publishAll();
    await store().db.updateTable('policy_versions').set({ source: 'policy: caps\nrules: []\n' }).where('kind', '=', 'caps').execute();
    const warned: unknown[] = [];
    const policies = live({ ...silentLog, warn: (fields) => warned.push(fields) });
    await policies.start();
    expect(policies.current().caps.rules[0]?.id).toBe('email-7d');
    expect(warned).toEqual([{ policy: 'caps', version: 1 }]);
  });
});
