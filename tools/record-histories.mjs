// Records the history of every shape of a run (test/support/history-shapes.ts) from the real server into test/histories, for the replay
// gate.
// A new era (`opset` in workflows/contract.ts) gets a folder of its own; files of older eras stay while runs of theirs may be open.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'workflow', 'test/workflows/event-counts.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, RECORD_HISTORIES: '1' },
});
process.exit(status ?? 1);
