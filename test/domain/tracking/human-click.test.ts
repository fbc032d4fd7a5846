import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minute } from '../../../src/domain/time/instant.js';
import {
  type Hit,
  hiddenLink,
  humanLimits,
  type InteractionVerdict,
  judgeInteraction,
  type PastInteraction,
  settledVerdict,
} from '../../../src/domain/tracking/human-click.js';

const delivered = 1_000_000;
const limits = { clickAfterMs: 3000, openAfterMs: 2000, burstLinks: 3, burstMs: 2000, sweepLinks: 4, sweepMs: minute };
const browser = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile/15E148 Safari/604.1';

function hit(changes: Partial<Hit> = {}): Hit {
  return { kind: 'click', link: 1, isHead: false, userAgent: browser, at: delivered + minute, deliveredAt: delivered, ...changes };
}

/** Plays hits against each other as the store would; answers what each is in the end. */
function play(...hits: readonly Hit[]): readonly string[] {
  const past: (PastInteraction & { verdict: InteractionVerdict; reason: string | null })[] = [];
  for (const [seq, one] of hits.entries()) {
    const { verdict, reason, unmasked } = judgeInteraction(one, past, limits);
    for (const earlier of past) if (unmasked.includes(earlier.seq)) Object.assign(earlier, { verdict: 'machine', reason });
    past.push({ seq, kind: one.kind, link: one.link, at: one.at, verdict, reason });
  }
  const end = Math.max(...hits.map(({ at }) => at)) + minute;
  return past.map((one) => one.reason ?? settledVerdict(one, end));
}

describe('who clicked', () => {
  test.each([
    ['a person, a minute after delivery', {}, 'human'],
    ['a person, at the first instant that counts', { at: delivered + 3000 }, 'human'],
    ['a gateway, just before it', { at: delivered + 2999 }, 'too-soon'],
    ['a gateway, while the message is still leaving', { deliveredAt: null }, 'too-soon'],
    ['a HEAD', { isHead: true }, 'head-request'],
    ['nobody that says its name', { userAgent: ' ' }, 'no-user-agent'],
    ['a scanner by its name', { userAgent: 'Mozilla/5.0 (compatible; ProofPoint URL Defense)' }, 'scanner'],
    ['a tool', { userAgent: 'curl/8.11.1' }, 'scanner'],
    ['who follows what nobody sees', { link: hiddenLink }, 'hidden-link'],
    ['a picture loaded by a person', { kind: 'open', link: null, at: delivered + 2000 }, 'human'],
    ['a picture loaded on delivery', { kind: 'open', link: null, at: delivered + 1999 }, 'too-soon'],
    ['a picture loaded by Apple', { kind: 'open', link: null, userAgent: 'Mozilla/5.0' }, 'privacy-proxy'],
    [
      'a picture asked for by Gmail when the person looks',
      { kind: 'open', link: null, userAgent: 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)' },
      'human',
    ],
  ] as const)('%s', (_who, changes, verdict) => {
    expect(play(hit(changes))).toEqual([verdict]);
  });

  test('takes three links within two seconds for a scan, the first two with it', () => {
    const at = delivered + minute;
    expect(play(hit({ link: 1, at }), hit({ link: 2, at: at + 1000 }), hit({ link: 3, at: at + 2000 }))).toEqual([
      'burst',
      'burst',
      'burst',
    ]);
    expect(play(hit({ link: 1, at }), hit({ link: 2, at: at + 1000 }), hit({ link: 3, at: at + 2001 }))).toEqual([
      'human',
      'human',
      'human',
    ]);
    expect(play(...[0, 1, 2, 3].map((step) => hit({ link: 1, at: at + step * 100 })))).toEqual(['human', 'human', 'human', 'human']);
  });

  test('sees through a scan by HEAD that ends in a single GET', () => {
    const at = delivered + minute;
    const heads = [1, 2].map((link) => hit({ link, isHead: true, at: at + link }));
    expect(play(...heads, hit({ link: 3, at: at + 100 }))).toEqual(['head-request', 'head-request', 'burst']);
  });

  test('takes all that came before the hidden link for a scan, and what follows without a pause; a person who comes later counts', () => {
    const at = delivered + minute;
    expect(
      play(
        hit({ link: 1, at: at - 20_000 }),
        hit({ kind: 'open', link: null, at: at - 10_000 }),
        hit({ link: hiddenLink, at }),
        hit({ link: 2, at: at + 2000 }),
        hit({ kind: 'open', link: null, at: at + 4000 }),
        hit({ kind: 'open', link: null, at: at + 2 * minute }),
        hit({ link: 1, at: at + 60 * minute }),
      ),
    ).toEqual(['hidden-link', 'hidden-link', 'hidden-link', 'burst', 'burst', 'human', 'hidden-link']);
  });

  test.each([
    ['a link in 1.2 s', 1200, 16],
    ['a link in 2.5 s', 2500, 16],
    ['a link in 15 s', 15_000, 9],
    ['a link in 20 s', 20_000, 4],
  ])('sees the machine in a slow scan: %s', (_pace, gapMs, links) => {
    const at = delivered + minute;
    const all = play(...Array.from({ length: links }, (_, n) => hit({ link: n + 1, at: at + n * gapMs })));
    expect(new Set(all)).toEqual(new Set(['sweep']));
  });

  test('lets a person follow three links, the same one again, and more of them over an hour', () => {
    const at = delivered + minute;
    const links = [1, 2, 3, 3, 2, 1];
    expect(new Set(play(...links.map((link, n) => hit({ link, at: at + n * 5000 }))))).toEqual(new Set(['human']));
    expect(new Set(play(...[1, 2, 3, 4, 5, 6].map((link) => hit({ link, at: at + link * 10 * minute }))))).toEqual(new Set(['human']));
  });

  test('counts a person who comes when a slow scan is over', () => {
    const at = delivered + minute;
    const scan = [1, 2, 3, 4].map((link) => hit({ link, at: at + link * 5000 }));
    expect(play(...scan, hit({ link: 2, at: at + 60_000 }), hit({ link: 2, at: at + 5 * minute }))).toEqual([
      'sweep',
      'sweep',
      'sweep',
      'sweep',
      'sweep',
      'human',
    ]);
  });

  test('never sees a person in a scan of all links at once, in whatever order and haste', () => {
    const scan = fc
      .record({
        links: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }),
        order: fc.infiniteStream(fc.integer({ min: 0, max: 1000 })),
        start: fc.integer({ min: 0, max: 10 * minute }),
        gaps: fc.infiniteStream(fc.integer({ min: 0, max: 300 })),
        head: fc.boolean(),
      })
      .map(({ links, order, start, gaps, head }) => {
        let at = delivered + start;
        const parts = [hiddenLink, ...links, null].flatMap((link) =>
          head
            ? [
                { link, isHead: true },
                { link, isHead: false },
              ]
            : [{ link, isHead: false }],
        );
        return parts
          .map((part) => ({ part, place: order.next().value ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ part }) => hit({ ...part, kind: part.link === null ? 'open' : 'click', at: (at += gaps.next().value ?? 0) }));
      });
    fc.assert(
      fc.property(scan, (hits) => {
        expect(play(...hits)).not.toContain('human');
      }),
    );
  });
});

test('measures haste by the real clock: a scanner takes no less time when the day is sped up', () => {
  expect(humanLimits(limits, 3600)).toEqual({
    clickAfterMs: 3000 * 3600,
    openAfterMs: 2000 * 3600,
    burstLinks: 3,
    burstMs: 2000 * 3600,
    sweepLinks: 4,
    sweepMs: minute * 3600,
  });
});
