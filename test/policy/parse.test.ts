import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PolicyKind, policyKinds } from '../../src/domain/policy/policies.js';
import { topicIds } from '../../src/domain/policy/topic-policy.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { parsePolicy } from '../../src/policy/parse.js';
import { policySource, shippedPolicies } from '../support/policies.js';

const context = { topics: topicIds(shippedPolicies().topics), languages: ['en', 'de'] };

/** The shipped file with one change, and what is said about it: `line:column message suggestion`. */
function complaints(kind: PolicyKind, from: string, to: string): readonly string[] {
  const source = policySource(kind);
  expect(source).toContain(from);
  return parsePolicy(kind, source.replace(from, to), context).problems.map(({ line, column, message, suggestion }) =>
    `${line}:${column} ${message} ${suggestion ?? ''}`.trim(),
  );
}

/** Where the text begins in the shipped file. */
function place(kind: PolicyKind, text: string): string {
  const before = policySource(kind).split(text)[0] ?? '';
  const lines = before.split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
}

test.each(policyKinds)('the shipped %s is without complaint', (kind) => {
  expect(parsePolicy(kind, policySource(kind), context)).toMatchObject({ kind: 'ok', problems: [] });
});

describe('a mistake is told with its place and a way to mend it', () => {
  test.each<[PolicyKind, string, string, string, string]>([
    ['caps', 'window: P7D', 'windw: P7D', '"windw" is not known here.', 'Did you mean "window"?'],
    ['caps', 'window: PT24H', 'window: a day', 'cannot be "a day"', ''],
    ['caps', 'warm: 3, cool: 1 }', 'wram: 3, cool: 1 }', '"wram" is not known here.', 'Did you mean "warm"?'],
    ['caps', 'topics: [win_back]', 'topics: [winback]', 'There is no topic "winback" in policies/topics.yaml.', 'Did you mean "win_back"?'],
    ['caps', 'id: email-14d', 'id: email-7d', 'The rule id "email-7d" is used twice.', 'Give each rule an id of its own'],
    [
      'caps',
      'limit: { new: 4',
      'limit: { new: 8',
      'The rule "email-7d" allows 8, and the ceiling is 7 in 7 days by email.',
      'Write 7, or less.',
    ],
    [
      'caps',
      'new: 2, hot: 2, warm: 2 }',
      'new: 4, hot: 2, warm: 2 }',
      'the ceiling is 3 in 24 hours over all channels',
      'Write 3, or less.',
    ],
    ['caps', 'limit: 7 }', 'limit: 8 }', 'The ceiling is 7 in 7 days, and no policy may lift it.', 'Write limit: 7, or less.'],
    ['caps', 'keep_free: 1', 'keep_free: 2', 'messages of priority 20 or lower would never go', 'Keep fewer free'],
    ['caps', ', dormant: 0, sunset: 0 }', ' }', 'No rule caps sms for dormant and sunset', 'id: sms-week'],
    ['engagement', 'within: P90D', 'within: P40D', '"cool" begins no later than "warm"', 'Give it longer than "warm".'],
    ['engagement', 'machine_open: { weight: 0,', 'machine_open: { weight: 1,', 'A machine that opens', 'Write weight: 0.'],
    ['engagement', 'half_life: P45D', 'half_life: P2M', 'has months or years', 'P60D'],
    [
      'engagement',
      '# Quicker than',
      'price: { email: { value: 12, complaint_cost: 20, hazards: [{ sends_up_to: 2, unsubscribe: 0.1, complaint: 0.1 }] } }\n# Quicker than',
      'More messages than this have no hazard.',
      'Delete "sends_up_to" of the last one.',
    ],
    ['topics', 'id: newsletter', 'id: marketing', 'The topic id "marketing" is used twice.', ''],
    ['topics', '{ en: Newsletter, de: Newsletter }', '{ en: Newsletter }', '"newsletter" has no name in de.', 'de: …'],
    ['topics', '- id: marketing', '- id: everything', 'The topic "marketing" is missing', ''],
    ['classes', 'needs_consent: false', 'needs_consent: true', 'A transactional message needs no consent', 'Write needs_consent: false'],
    ['classes', 'may_promote: false', 'may_promote: true', 'A transactional message may not promote', 'Write may_promote: false'],
  ])('%s: %s → %s', (kind, from, to, message, suggestion) => {
    const [first, ...rest] = complaints(kind, from, to);
    expect(first).toContain(message);
    expect(first).toContain(suggestion);
    expect(rest).toEqual([]);
  });

  test('the place is the line and column of what is wrong', () => {
    const [said] = complaints('caps', 'except_topics: [win_back]', 'except_topics: [winback]');
    const [line, column] = place('caps', 'except_topics: [win_back]').split(':').map(Number);
    expect(said).toMatch(new RegExp(`^${line}:${Number(column) + 'except_topics: ['.length} `));
    expect(parsePolicy('caps', 'policy: caps\nrules: [')).toMatchObject({ kind: 'invalid', problems: [{ file: 'policies/caps.yaml' }] });
    expect(parsePolicy('caps', policySource('topics')).problems[0]).toMatchObject({ path: 'policy', line: 5 });
  });

  test('marketing without consent, caps or quiet hours is refused, whoever asks', () => {
    const lax = policySource('classes').replaceAll('true', 'false');
    const paths = parsePolicy('classes', lax).problems.map(({ path }) => path);
    for (const duty of ['needs_consent', 'obeys_caps', 'counts_toward_caps', 'obeys_quiet_hours'])
      expect(paths).toEqual(expect.arrayContaining([`classes.marketing.${duty}`, `classes.broadcast.${duty}`]));
  });

  test('a rule over all channels caps none by itself', () => {
    const source = 'policy: caps\nrules:\n  - { id: any-7d, window: P7D, limit: 3 }\n';
    expect(parsePolicy('caps', source).problems.map(({ message }) => message)).toEqual([
      'No rule caps email, so email would have no limit.',
      'No rule caps sms, so sms would have no limit.',
    ]);
  });
});

describe('what is written is what decisions read', () => {
  const small = (more: string) => `policy: caps
rules:
  - { id: email-7d, channels: [email], window: P7D, limit: 3 }
  - { id: sms-7d, channels: [sms], window: P7D, limit: 1 }
${more}`;

  test('a gap is a limit of one, and a rule for each length', () => {
    const parsed = parsePolicy(
      'caps',
      small('gaps:\n  - { id: gap, at_least: { new: PT12H, hot: PT12H, cool: P2D }, exempts: [user_initiated] }\n'),
    );
    expect(parsed.kind === 'ok' && parsed.definition.rules.slice(2)).toMatchObject([
      {
        id: 'gap-12h',
        channels: null,
        limit: { new: 1, hot: 1 },
        window: { type: 'rolling', ms: 12 * hour },
        exemptsUserInitiated: true,
        exemptsMoreImportant: false,
        scales: false,
      },
      { id: 'gap-2d', limit: { cool: 1 }, window: { ms: 2 * day } },
    ]);
  });

  test('a calendar window keeps its unit, and built-in ceilings hold where none is written', () => {
    const source = small('').replace('window: P7D, limit: 3', 'window: { calendar: week }, limit: 3');
    const parsed = parsePolicy('caps', source);
    expect(parsed).toMatchObject({ kind: 'ok', definition: { rules: [{ window: { type: 'calendar', unit: 'week' }, scales: true }, {}] } });
    expect(parsed.kind === 'ok' && parsed.definition.ceilings).toHaveLength(3);
  });

  test('a lower ceiling takes the place of the built-in one and holds for the rules', () => {
    const source = small('ceilings:\n  - { channels: [email], window: P7D, limit: 2 }\n');
    expect(parsePolicy('caps', source).problems).toMatchObject([{ line: 3, path: 'rules.0.limit' }]);
    const parsed = parsePolicy('caps', source.replace('limit: 3', 'limit: 2'));
    expect(parsed.kind === 'ok' && parsed.definition.ceilings.filter(({ channels }) => channels?.includes('email'))).toEqual([
      { channels: ['email'], windowMs: 7 * day, limit: 2 },
    ]);
  });

  test('no limit passes that is above what a ceiling lets through in as long a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 60 }), (days, limit) => {
        const source = small('').replace('window: P7D, limit: 3', `window: P${days}D, limit: ${limit}`);
        const isAbove = limit > Math.min(7 * Math.ceil(days / 7), 3 * days);
        expect(parsePolicy('caps', source).kind).toBe(isAbove ? 'invalid' : 'ok');
      }),
    );
  });

  test('hours are read by day, a run of days may go over the week’s end, and what is left out is closed', () => {
    const more =
      '  - { id: au-nsw, channel: sms, country: AU, region: NSW, hours: { sat-mon: 12:00-21:00, tue: 09:00-24:00 }, source: law }\n';
    const source = `${policySource('quiet-hours').trimEnd()}\n${more}`;
    const parsed = parsePolicy('quiet-hours', source);
    expect(parsed.kind === 'ok' && parsed.definition.jurisdictions.at(-1)?.hours).toEqual({
      sat: { opens: 720, closes: 1260 },
      sun: { opens: 720, closes: 1260 },
      mon: { opens: 720, closes: 1260 },
      tue: { opens: 540, closes: 1440 },
    });
    const problems = (written: string) => parsePolicy('quiet-hours', source.replace('tue: 09:00-24:00', written)).problems;
    expect(problems('sun: 09:00-24:00')).toMatchObject([{ message: 'The hours of sun are written twice.' }]);
    expect(problems('tue: 21:00-08:00')).toMatchObject([{ path: expect.stringMatching(/hours\.tue$/) }]);
  });
});
