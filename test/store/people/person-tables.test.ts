import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { exportProfile } from '../../../src/app/people/export-profile.js';
import { mergeProfiles } from '../../../src/app/people/merge-profiles.js';
import { undoMerge } from '../../../src/app/people/undo-merge.js';
import { engagementJson, parseEngagement } from '../../../src/domain/engagement/state.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import type { TableRule } from '../../../src/store/person-table.js';
import { personTables, tablesOfPeople } from '../../../src/store/person-tables.js';
import { lockProfiles, toProfile } from '../../../src/store/profiles.js';
import { plantEverywhere, plantedIn, plantsIn, readSchema, type SchemaColumn, tablesOf, textOf } from '../../support/planted.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

const ada = 'ada-0000-0000';
const rules = personTables as Readonly<Record<string, TableRule>>;
const peoplesTables = tablesOfPeople().map(([table]) => table);

/** What is wrong with the list of tables, a sentence for each. */
function faultsOf(schema: readonly SchemaColumn[]): readonly string[] {
  const tables = tablesOf(schema);
  const unknown = [...tables.keys()].filter((table) => !Object.hasOwn(rules, table));
  const gone = Object.keys(rules).filter((table) => !tables.has(table));
  const persons = [...tables].filter(([table, columns]) => rules[table]?.kind === 'nobody' && columns.some(isOfPerson(columns)));
  return [
    ...unknown.map(
      (table) =>
        `The table ${table} is not in src/store/person-tables.ts. Say there what a merge, an erasure and the person's copy of their data do with it, or that it holds nothing of a person.`,
    ),
    ...gone.map((table) => `src/store/person-tables.ts names the table ${table}, which the schema does not have. Strike it.`),
    ...persons.map(
      ([table, columns]) =>
        `The table ${table} refers to a person (${columns
          .filter(isOfPerson(columns))
          .map(({ column }) => column)
          .join(', ')}), and src/store/person-tables.ts says that it holds nothing of one.`,
    ),
  ];
}

/** By a reference to a table of people, by its name, or as the hash of an address on a channel. */
function isOfPerson(columns: readonly SchemaColumn[]): (column: SchemaColumn) => boolean {
  const has = (name: string): boolean => columns.some(({ column }) => column === name);
  return ({ column, refersTo }) =>
    (refersTo !== null && rules[refersTo.table]?.kind === 'person') ||
    /profile|person|customer|email|phone|address|^(entry|message|cart|order|user|anonymous)_ids?$/.test(column) ||
    (column === 'hash' && has('channel') && !has('version'));
}

const given = {
  profile_id: ada,
  // Our own ids, at random.
  id: 'row-1',
  cart_id: null,
  'cart_tokens.cart_id': 'row-1',
  'profiles.id': ada,
  'profiles.created_at': noon,
  channel: 'email',
  'identities.kind': 'user',
  // Where a rule finds the person by a value.
  'suspect_ids.value': plantedIn('identities', 'value'),
  'dead_letters.payload': JSON.stringify({ userId: plantedIn('identities', 'value'), [plantedIn('dead_letters', 'payload')]: 1 }),
  'audit_log.profile_ids': [ada],
  'waits.by_kind': 'profile',
  'waits.by_value': ada,
  'facts.name': `event:${plantedIn('facts', 'name')}`,
  // Where a part of it goes and the rest stays.
  'entries.data': JSON.stringify({ [plantedIn('entries', 'data')]: 1, trigger: { x: plantedIn('entries', 'data.trigger') } }),
  'entries.subjects': JSON.stringify([{ kind: 'order', id: plantedIn('entries', 'subjects') }]),
  'facts.subjects': JSON.stringify([{ kind: 'order', id: plantedIn('facts', 'subjects') }]),
  'entry_inputs.input': JSON.stringify({
    [plantedIn('entry_inputs', 'input')]: 1,
    properties: { x: plantedIn('entry_inputs', 'input.properties') },
  }),
  // Where it is read to be shown.
  'consents.state': 'granted',
  'consents.topic': 'marketing',
  'consents.occurred_at': noon,
  'consents.expires_at': null,
  'carts.lines': JSON.stringify([{ key: 'p1', productId: 'p1', name: plantedIn('carts', 'lines'), quantity: 1, price: 1 }]),
  'messages.links': JSON.stringify([plantedIn('messages', 'links')]),
  'profiles.erased_at': null,
  'profiles.merged_into': null,
  'merges.undone_at': null,
  'entries.state': 'armed',
};

describeOnBothStores('tables with a person', (store) => {
  beforeEach(() => resetTables(store()));

  test('are all in the list, and a table that is forgotten is named with what to do', async () => {
    expect(faultsOf(await readSchema(store()))).toEqual([]);

    await sql`create table quiz_answers (profile_id text references profiles(id), answer text)`.execute(store().db);
    const faults = faultsOf(await readSchema(store()));
    await sql`drop table quiz_answers`.execute(store().db);
    expect(faults).toEqual([
      expect.stringMatching(/^The table quiz_answers is not in src\/store\/person-tables.ts. Say there what a merge/),
    ]);
  });

  test('are left by an erasure without a value of the person, and the copy of their data had each that it took', async () => {
    const schema = await readSchema(store());
    await plantEverywhere(store(), schema, given);
    const deps = turnDeps(store());
    const copy = plantsIn(JSON.stringify(await exportProfile(deps, ada)));
    const before = plantsIn(await textOf(store(), peoplesTables));

    expect(await eraseProfile(deps, ada)).toMatchObject({ kind: 'erased' });
    const after = plantsIn(await textOf(store(), peoplesTables));
    const kept = new Set(
      tablesOfPeople().flatMap(([table, { keeps }]) => (keeps as readonly string[]).map((column) => `${table}.${column}`)),
    );
    expect([...after].filter((plant) => !kept.has(plant))).toEqual([]);
    expect([...kept].filter((plant) => before.has(plant) && !after.has(plant))).toEqual([]);

    const taken = [...before].filter((plant) => !after.has(plant));
    expect(taken.length).toBeGreaterThan(20);
    expect(taken.filter((plant) => !copy.has(plant) && !isLeftOut(plant))).toEqual([]);
  });

  test('go with a merge as the list says, and come back when it is undone', async () => {
    const schema = await readSchema(store());
    const engagement = JSON.stringify(engagementJson(parseEngagement({})));
    const person = { 'profiles.trait_times': '{"x":1}', 'profiles.traits': '{"x":"y"}', 'profiles.engagement': engagement };
    await plantEverywhere(store(), schema, { ...given, ...person });
    const deps = turnDeps(store());
    await store()
      .db.insertInto('profiles')
      .values({
        id: 'bob',
        merged_into: null,
        email: null,
        phone: null,
        created_at: noon,
        updated_at: noon,
        erased_at: null,
        engagement,
      })
      .execute();
    // Where each of them stands after an undo, the next look at segments and at outcomes says.
    const others = peoplesTables.filter((table) => !['merges', 'outcome_reviews', 'segment_reviews'].includes(table));
    const before = await textOf(store(), others);

    await store().transaction(async (trx) => {
      const [from, into] = await lockProfiles(trx, [ada, 'bob'] as ProfileId[]);
      if (from === undefined || into === undefined) throw new Error('Both are there.');
      const cause = { id: 'one', eventId: 'e', keyId: null };
      await mergeProfiles(trx, toProfile(from), toProfile(into), noon, deps.policies.current().engagement, cause);
    });
    for (const [table, { merge }] of tablesOfPeople()) {
      if (merge.kind !== 'moves') continue;
      const { rows } = await sql`select profile_id from ${sql.table(table)}`.execute(store().db);
      expect([table, rows]).toEqual([table, [{ profile_id: 'bob' }]]);
    }

    expect(await undoMerge(deps, 'one')).toMatchObject({ kind: 'undone' });
    expect((await textOf(store(), others)).split('\n')).toEqual(before.split('\n'));
    expect((await sql`select profile_id from segment_reviews where due_at <= ${noon} order by 1`.execute(store().db)).rows).toEqual([
      { profile_id: ada },
      { profile_id: 'bob' },
    ]);
    expect((await sql`select profile_id from outcome_reviews where seq > 2 group by 1 order by 1`.execute(store().db)).rows).toEqual([
      { profile_id: ada },
      { profile_id: 'bob' },
    ]);
  });
});

function isLeftOut(plant: string): boolean {
  const [table = '', column = ''] = plant.split('.');
  const rule = rules[table];
  if (rule?.kind !== 'person') return false;
  return rule.export.kind === 'nothing' || Object.hasOwn(rule.export.leavesOut ?? {}, column);
}
