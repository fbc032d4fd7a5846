import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { showFields } from '../../../src/app/fields/show-fields.js';
import { fields } from '../../../src/definitions/field/kind.js';
import { segments } from '../../../src/definitions/segment/kind.js';
import { identify } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('fields', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
  });

  test('are listed with who reads them now; what nothing reads and what nobody declared is there too', async () => {
    expect(await publishDefinition(deps, fields, { source: readFileSync('fields.yaml', 'utf8') })).toMatchObject({
      kind: 'published',
      id: 'fields',
      version: 1,
    });
    const segment = (is: string) => `segment: playful\nname: Playful\nwho: { trait: { name: style, is: ${is} } }\n`;
    await publishDefinition(deps, segments, { source: segment('playful') });
    await publishDefinition(deps, segments, { source: segment('modern') });
    await publish(
      store(),
      cartJourney({
        entry: {
          ...cartJourney().entry,
          filters: [
            { reason: 'poor', condition: { kind: 'trait', name: 'budget.value', comparison: { op: 'at_least', value: 5 } } },
            { reason: 'no-plan', condition: { kind: 'trait', name: 'plan', comparison: { op: 'is', value: 'gold' } } },
          ],
        },
      }),
    );
    await take(deps, identify({ style: 'modern', shoe_size: 44, email: 'ada@example.test' }));

    const { lookedAt, items } = await showFields(deps);
    const one = (name: string) => items.find((item) => item.name === name);
    expect(lookedAt).toBe(1);
    expect(one('style')).toMatchObject({ people: 1, uses: [{ kind: 'segment', id: 'playful', version: 2, since: deps.clock.now() }] });
    expect(one('budget')).toMatchObject({ people: 0, uses: [{ kind: 'journey', id: 'cart', version: 1 }] });
    expect(one('allergies')).toMatchObject({ uses: [], field: { special: 'health' } });
    expect(one('shoe_size')).toMatchObject({ field: null, uses: [], people: 1 });
    expect(one('plan')).toMatchObject({ field: null, uses: [{ kind: 'journey', id: 'cart' }], people: 0 });
    expect(one('email')).toMatchObject({ field: null, uses: [{ kind: 'sojourn' }] });
    const isDeclared = items.map(({ field }) => field !== null);
    expect(isDeclared.lastIndexOf(true)).toBeLessThan(isDeclared.indexOf(false));
  });
});
