import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Where the bytes of a record lie in the file. */
export interface BodyPlace {
  readonly offset: number;
  readonly size: number;
}

interface PendingAppend {
  readonly frame: Buffer;
  readonly bodyOffset: number;
  readonly bodySize: number;
  readonly resolve: (place: BodyPlace) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An append-only file: one line of JSON for each record, then its bytes and a line feed. What `append` has resolved is on the disk,
 * so that a local server may say "accepted" and be killed the next moment. Appends made while a sync runs share the next one.
 */
export class AppendLog {
  readonly #file: FileHandle;
  #end: number;
  #pending: PendingAppend[] = [];
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle, end: number) {
    this.#file = file;
    this.#end = end;
  }

  /** Opens or makes the file and hands every record to `onRecord`, oldest first. A record cut short by a kill is dropped. */
  static async open(path: string, onRecord: (record: unknown, body: BodyPlace) => void): Promise<AppendLog> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+', 0o600).then(async (made) => {
      await made.close();
      return open(path, 'r+');
    });
    const end = await readRecords(file, onRecord);
    await file.truncate(end);
    return new AppendLog(file, end);
  }

  /** Resolves once the record is on the disk. */
  append(record: unknown, body: Uint8Array = new Uint8Array()): Promise<BodyPlace> {
    const head = Buffer.from(`${JSON.stringify({ size: body.byteLength, record })}\n`);
    return new Promise((resolve, reject) => {
      this.#pending.push({
        frame: Buffer.concat([head, body, lineFeed]),
        bodyOffset: head.byteLength,
        bodySize: body.byteLength,
        resolve,
        reject,
      });
      this.#writing ??= this.#writeAll();
    });
  }

  async read({ offset, size }: BodyPlace): Promise<Buffer> {
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await this.#file.read(bytes, 0, size, offset);
    if (bytesRead !== size) throw new Error(`The record at byte ${offset} is ${bytesRead} bytes long where ${size} were written.`);
    return bytes;
  }

  /** Forgets every record. */
  async clear(): Promise<void> {
    await this.#writing;
    await this.#file.truncate(0);
    await this.#file.datasync();
    this.#end = 0;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    // One turn of the loop first, so that records of the same moment share a sync.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      const start = this.#end;
      try {
        await this.#file.writev(
          batch.map(({ frame }) => frame),
          start,
        );
        await this.#file.datasync();
      } catch (error) {
        for (const { reject } of batch) reject(error);
        continue;
      }
      for (const { frame, bodyOffset, bodySize, resolve } of batch) {
        resolve({ offset: this.#end + bodyOffset, size: bodySize });
        this.#end += frame.byteLength;
      }
    }
    this.#writing = null;
  }
}

const lineFeed = Buffer.from('\n');
const chunkSize = 64 * 1024;

/** Reads frames from the start; returns where the last whole one ends. */
async function readRecords(file: FileHandle, onRecord: (record: unknown, body: BodyPlace) => void): Promise<number> {
  const fileSize = (await file.stat()).size;
  let position = 0;
  for (;;) {
    const head = await readLine(file, position);
    if (head === null) return position;
    const frame = parseHead(head);
    if (frame === null) return position;
    const offset = position + Buffer.byteLength(head) + 1;
    const next = offset + frame.size + 1;
    if (next > fileSize) return position;
    onRecord(frame.record, { offset, size: frame.size });
    position = next;
  }
}

function parseHead(head: string): { readonly size: number; readonly record: unknown } | null {
  try {
    const frame = JSON.parse(head) as { size?: unknown; record?: unknown };
    return typeof frame.size === 'number' ? { size: frame.size, record: frame.record } : null;
  } catch {
    return null;
  }
}

async function readLine(file: FileHandle, position: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(chunkSize);
    const { bytesRead } = await file.read(chunk, 0, chunkSize, position);
    if (bytesRead === 0) return null;
    const end = chunk.subarray(0, bytesRead).indexOf(10);
    if (end >= 0) return Buffer.concat([...chunks, chunk.subarray(0, end)]).toString('utf8');
    chunks.push(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}
