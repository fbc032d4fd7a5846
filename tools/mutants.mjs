// Small faults planted in turn, matching and the world in memory, each with the test that must see it: `npm run mutants`. A mutant that
// lives is a hole in the tests. Files are put back as they were, whatever happens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

const turn = 'test/turn/take-turn.test.ts';
const contract = 'test/turn/contract.test.ts';
const simulator = 'test/simulator/simulate.test.ts';
const waits = 'test/matching/waits.test.ts';
const stories = 'test/simulator/scenario.test.ts';
const memory = 'test/simulator/memory.test.ts';

/** [file, what stands there, what is planted, the test that kills it] */
const mutants = [
  ['src/turn/pending/gate.ts', 'if (plan.cartUpdatedAt !== (world.cart?.updatedAt ?? null)) return null;', '', turn],
  ['src/turn/pending/gate.ts', 'plan.seenAddress === addressOf(world.profile, plan.channel) && isPlanFresh', 'isPlanFresh', turn],
  [
    'src/turn/pending/gate.ts',
    'plan.seenAddress === addressOf(world.profile, plan.channel) && isPlanFresh',
    'plan.seenAddress === addressOf(world.profile, plan.channel)',
    turn,
  ],
  ['src/turn/pending/gate.ts', '|| plan.step !== pending.step', '', turn],
  ['src/turn/pending/gate.ts', "if (lane === 'queue-first') {", "if (lane === 'send-here') {", turn],
  ['src/turn/pending/gate.ts', 'if (!mayBegin)', 'if (mayBegin)', turn],
  ['src/turn/ledger.ts', 'return leftMs > 0 ? leftMs : null;', 'return null;', turn],
  ['src/turn/take-turn.ts', 'settleExpired(turn);', '', turn],
  [
    'src/turn/take-turn.ts',
    'safe by then.\n    return settleAlone(world, request, settled);',
    'safe by then.\n    return decide(world, request);',
    turn,
  ],
  ['src/turn/take-turn.ts', 'if (request.isAlone === true) return settleAlone(world, request, settled);', '', turn],
  ['src/turn/settle-attempt.ts', 'heedAddress(turn, message, settled);', '', turn],
  [
    'src/turn/settle-attempt.ts',
    'Math.min(firstRetryRealMs * 2 ** (attempt - 1), longestRetryRealMs)',
    'firstRetryRealMs * 2 ** (attempt - 1)',
    contract,
  ],
  ['src/turn/settle-attempt.ts', 'if (mayRepeat && unclear < 2', 'if (mayRepeat && unclear < 1', contract],
  ['src/channels/sms/channel.ts', 'graceRealMs: 2 * minute', 'graceRealMs: 9_000 * minute', contract],
  ['src/turn/arming.ts', "if (pauses.journey) return { kind: 'held' };", '', contract],
  ['src/turn/arming.ts', "if (asked?.kind === 'exit')", 'if (false as boolean && asked?.kind === "exit")', contract],
  ['src/turn/arming.ts', "if (dueAt > at) return { kind: 'not-due' };", '', contract],
  ['src/turn/take-turn.ts', 'giveUpSkipped(turn, held, advanced);', 'void held;', contract],
  ['src/turn/answer.ts', 'if (hasPromised) turn.effects.push', 'if (hasPromised && at < 0) turn.effects.push', contract],
  ['src/turn/pauses.ts', "if (pauses.all) return { scope: 'all' };", '', contract],
  ['src/turn/pauses.ts', "if (pauses.channels.includes(of.channel)) return { scope: 'channel' };", '', contract],
  ['src/matching/waits.ts', '(trigger || fact.at >= wait.entryCreatedAt || (namesCart', '(trigger || (namesCart', waits],
  ['src/matching/triggers.ts', 'const later = Math.max(there.dueAt ?? 0, dueAt);', 'const later = there.dueAt ?? 0;', contract],
  ['src/matching/triggers.ts', "if (journey.state !== 'active')", 'if (journey.id === "")', simulator],
  ['src/matching/unite.ts', 'superseded.push(...others', 'superseded.push(...others.slice(1)', contract],
  [
    'src/simulator/memory/effects.ts',
    'release: ({ entryId, at }, tables) => releasePromised(tables, entryId, at),',
    'release: () => undefined,',
    contract,
  ],
  [
    'src/simulator/memory/deeds.ts',
    'if (pauses.all || pauses.journey) return false;',
    'if (pauses.all || pauses.journey) return true;',
    simulator,
  ],
  ['src/simulator/memory/ingest.ts', 'if (tables.events.has(event.messageId)) return', 'if (tables.events.has("")) return', simulator],
  [
    'src/simulator/memory/match.ts',
    "if (['waiting', 'held'].includes(tables.entry(id).activity)) tables.changeEntry(id, { isPoked: true });",
    'void id;',
    simulator,
  ],
  ['src/simulator/memory/play.ts', 'if (isDue && !isAsleep(entry)) return true;', 'if (isDue) return true;', contract],
  ['src/matching/waits.ts', 'if (ofEntry.some((wait) => wait.hastens)) hastened.add(entryId);', '', waits],
  ['src/matching/waits.ts', 'wait.event === fact.name &&', '', waits],
  [
    'src/matching/waits.ts',
    'wait.sharedWith === fact.profileId && fact.at >= wait.entryCreatedAt',
    'wait.sharedWith === fact.profileId',
    memory,
  ],
  ['src/simulator/memory/match.ts', 'others.size > sharersAtMost', 'others.size > 1_000', memory],
  [
    'src/simulator/memory/ingest.ts',
    'const people = [...new Set([...identities.map(({ profileId }) => profileId), ...owners])];',
    'const people = identities.map(({ profileId }) => profileId);',
    memory,
  ],
  ['src/simulator/memory/own-sends.ts', 'enrolled: due });', 'enrolled: broadcast.enrolled });', memory],
  ['src/simulator/memory/read-world.ts', 'isOfAnother: true', 'isOfAnother: false', memory],
  ['src/domain/gate/frequency-cap.ts', "'displaces' in decision", 'false', stories],
  ['src/simulator/memory/due-queue.ts', 'if (this.#at(parent) <= this.#at(place)) return;', 'return;', memory],
];

/** Real milliseconds. A mutant that turns a loop into one without end is seen by its time. */
const mostMs = 240_000;

/** Runs a test on the mutant. `ENDLESS`: it did not end in time, which counts as seen; all that it started is ended. */
async function play(test) {
  const child = spawn('npx', ['vitest', 'run', '--project', 'unit', test, '--bail', '1'], { stdio: 'ignore', detached: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    // The whole group, so that no test goes on beside the next mutant.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, mostMs);
  const [status] = await once(child, 'exit');
  clearTimeout(timer);
  return isLate ? 'ENDLESS' : status === 0 ? 'ALIVE' : 'killed';
}

const wanted = process.argv[2];
let alive = 0;
for (const [index, [file, from, to, test]] of mutants.entries()) {
  if (wanted !== undefined && Number(wanted) !== index + 1) continue;
  const source = readFileSync(file, 'utf8');
  const label = `${index + 1}. ${file}: ${from.slice(0, 60)}`;
  if (!source.includes(from)) {
    console.log(`GONE    ${label}: what it changes does not stand there any more.`);
    alive += 1;
    continue;
  }
  try {
    writeFileSync(
      file,
      source.replace(from, () => to),
    );
    const found = await play(test);
    if (found === 'ALIVE') alive += 1;
    console.log(`${found.padEnd(8)}${label} (${test})`);
  } finally {
    writeFileSync(file, source);
  }
}
console.log(alive === 0 ? 'All mutants die.' : `${alive} of ${mutants.length} mutants live.`);
process.exitCode = alive === 0 ? 0 : 1;
