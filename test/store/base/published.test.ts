import { beforeEach, expect, test } from 'vitest';
import { publishPolicy } from '../../../src/app/policies/publish-policy.js';
import { publishOrder } from '../../../src/project/policy-folder.js';
import { readShopMark, writeShopMark } from '../../../src/store/controls.js';
import { newestPolicyVersions } from '../../../src/store/policies.js';
import { readPublished } from '../../../src/store/published.js';
import { beginEra, readEras, retireEras } from '../../../src/store/secret-eras.js';
import { policySource } from '../../support/policies.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('what processes tell each other', (store) => {
  beforeEach(() => resetTables(store()));

  const apart = async () => ({
    policies: await newestPolicyVersions(store().db),
    segments: 0,
    fields: 0,
    shop: await readShopMark(store().db),
    eras: await readEras(store().db),
  });

  test('is nothing in an empty store', async () => {
    expect(await readPublished(store().db)).toEqual({ policies: new Map(), segments: 0, fields: 0, shop: null, eras: [] });
  });

  test('is one question, and the same as three', async () => {
    for (const policy of publishOrder) await publishPolicy(turnDeps(store()), { policy, source: policySource(policy) });
    await writeShopMark(store().db, 'mark-2');
    await store().transaction(async (trx) => {
      await beginEra(trx, { fingerprint: 'a'.repeat(16), place: 'SOJOURN_SECRET', since: 1_000, derives: false });
      await beginEra(trx, { fingerprint: 'b'.repeat(16), place: 'SOJOURN_SECRET', since: 2_000_000_000_000, derives: true });
      await retireEras(trx, 'a'.repeat(16), 2_000_000_000_001);
    });
    const published = await readPublished(store().db);
    expect(published.policies.size).toBe(publishOrder.length);
    expect(published).toEqual(await apart());
    expect(await countStatements(store(), () => readPublished(store().db))).toHaveLength(1);
  });
});
