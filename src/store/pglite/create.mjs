// Run as a child process: creates a database folder and ends, so that the long-lived process never pays for the memory that takes.
import { existsSync, mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { canonicalFolder, DurableNodeFS } from './durable-fs.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('Usage: create.mjs <folder>');

// The parent holds our stdin open; when it dies, so do we.
process.stdin.on('end', () => process.exit(2)).resume();

if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
const fs = new DurableNodeFS(canonicalFolder(folder));
const db = await PGlite.create({ fs });
await db.exec('checkpoint');
await db.close();
fs.syncAll();
process.exit(0);
