// Every workflow that a worker runs, by the name under which Temporal knows it. To add one: a file beside this, a line here, a recorded
// history of each of its shapes in test/histories.
export { broadcastBatch } from './broadcast-batch.js';
export { journeyEntry } from './journey-entry.js';
