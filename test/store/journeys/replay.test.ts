import { execFileSync } from 'node:child_process';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import type { Replay } from '../../../src/app/replay/replay-journey.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { ReplayCount } from '../../../src/replay/compare.js';
import type { Store } from '../../../src/store/db.js';
import { cartYaml, fillWithShopDays, replayed } from '../../support/replays.js';
import { describeOnBothStores } from '../../support/stores.js';
import { type TurnDeps, turnDeps } from '../../support/turns.js';

/** What `examples/count-expected.mjs` counts from the files, without any code of the product. */
function counted(...options: readonly string[]) {
  const text = execFileSync(process.execPath, ['examples/count-expected.mjs', '--days', ...options], { encoding: 'utf8' });
  return JSON.parse(text) as Readonly<Record<string, number>> & {
    readonly notEntered: Readonly<Record<string, number>>;
    readonly days: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
}

describeOnBothStores('a replay of two real days of a shop', (store) => {
  let deps: TurnDeps;
  let range: { readonly from: number; readonly to: number };
  let events: number;
  beforeAll(async () => {
    deps = turnDeps(store());
    const filled = await fillWithShopDays(deps);
    events = filled.events;
    range = { from: filled.first - 1, to: filled.last + 10 * day };
  }, 300_000);

  test('tells of the same journey what can be counted from the baskets, and that nothing would differ', { timeout: 300_000 }, async () => {
    const before = await contentOf(store());
    const { replay, progress } = await replayed(deps, { source: cartYaml, ...range, show: 10 });
    const expected = counted();
    expect(replay).toMatchObject({ journeyId: 'abandoned-cart', liveVersion: 1, events, differing: { what: 0, when: 0 }, shown: [] });
    expect(replay.leftOut).toEqual({ people: 0, events: 0 });
    expect(replay.counts.filter(({ live, draft }) => live !== draft)).toEqual([]);
    expect(told(replay.counts, 'live')).toEqual(summed(expected));
    expect(progress.at(-1)?.people).toBe(replay.people);
    expect(await contentOf(store())).toEqual(before);
  });

  test('tells of another idle time exactly the difference that can be counted from the baskets', { timeout: 300_000 }, async () => {
    const { replay } = await replayed(deps, { source: withIdle('PT3H'), ...range, show: 5 });
    const [live, draft] = [counted(), counted('--idle=180')];
    expect(told(replay.counts, 'live')).toEqual(summed(live));
    expect(told(replay.counts, 'draft')).toEqual(summed(draft));
    expect(byDay(replay, 'live')).toEqual(live.days);
    expect(byDay(replay, 'draft')).toEqual(draft.days);
    expect(replay.differing.what).toBeGreaterThan(0);
    expect(replay.shown).toHaveLength(5);
    expect(replay.shown[0]).toMatchObject({ differs: 'what' });
  });

  test('gives the same bytes twice', { timeout: 300_000 }, async () => {
    const morning = { from: range.from, to: range.from + 4 * hour };
    const once = async () => JSON.stringify((await replayed(deps, { source: withIdle('PT2H'), ...morning, show: 100 })).replay);
    expect(await once()).toBe(await once());
  });
});

function withIdle(duration: string): string {
  return cartYaml.replace('for: PT1H\n', `for: ${duration}\n`);
}

/** How many rows each table has, and a hash of what is in them. */
async function contentOf(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(
    store.db,
  );
  const content: Record<string, unknown> = {};
  for (const { name } of rows) {
    const table = sql.table(name);
    const { rows: found } = await sql`select count(*)::int as n, md5(coalesce(string_agg(md5(t::text), '' order by t::text), '')) as hash
      from ${table} t`.execute(store.db);
    content[name] = found[0];
  }
  return content;
}

const names: Readonly<Record<string, string>> = {
  'cart-reminder-1': 'email1',
  'cart-reminder-2': 'email2',
  'cart-link': 'text',
  'cart-reminder-3': 'email3',
};

/** As the script names it; null: it does not count that. */
function nameOf({ what, step, reason }: ReplayCount): string | null {
  if (what === 'sent') return names[step ?? ''] ?? step;
  if (what === 'not-entered') return `not-entered ${reason}`;
  if (what === 'entered') return 'entered';
  if (what === 'ended') return reason?.split(':')[0] ?? null;
  return null;
}

function told(counts: readonly ReplayCount[], side: 'live' | 'draft'): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const one of counts) {
    const name = nameOf(one);
    if (name !== null && name !== 'superseded' && one[side] > 0) sums[name] = (sums[name] ?? 0) + one[side];
  }
  return sums;
}

function byDay({ days }: Replay, side: 'live' | 'draft'): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const dates = [...new Set(days.filter((one) => nameOf(one) !== null && one[side] > 0).map(({ day: date }) => date))];
  return Object.fromEntries(
    dates.map((date) => [
      date,
      told(
        days.filter((one) => one.day === date),
        side,
      ),
    ]),
  );
}

function summed({ notEntered, events: _events, skippedLines: _skipped, met: _met, days: _days, ...counts }: ReturnType<typeof counted>) {
  const reasons = Object.entries(notEntered).map(([reason, count]) => [`not-entered ${reason}`, count]);
  return { ...Object.fromEntries(reasons), ...counts };
}
