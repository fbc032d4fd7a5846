import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type InboundLimits, startSmtpDoor } from '../../src/api/smtp-door.js';
import { noFeedbackLoops } from '../support/mail-back.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

describe('the SMTP door', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  const closing: (() => unknown)[] = [];
  const logged: string[] = [];
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    logged.length = 0;
  });

  async function open(limits: InboundLimits): Promise<number> {
    const base = turnDeps(opened.store);
    const deps = {
      ...base,
      ...noFeedbackLoops,
      bounceDomain: 'in.shop.example',
      log: { ...base.log, error: (_about: object, text: string) => void logged.push(text) },
    };
    const door = await startSmtpDoor(deps, { host: '127.0.0.1', port: 0 }, limits);
    closing.push(() => door.close());
    return door.port;
  }

  /** A mail server at the door, past the recipient. */
  async function session(port: number) {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    closing.push(() => socket.destroy());
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    /** The next answer; a line without a dash behind its code ends one. */
    const answer = async (): Promise<string> => {
      const [, last, rest] = await vi.waitFor(
        () => /^(?:\d{3}-.*\r\n)*(\d{3}(?: .*)?)\r\n([^]*)$/.exec(heard) ?? Promise.reject(new Error('No answer yet.')),
        { timeout: 10_000, interval: 10 },
      );
      heard = rest ?? '';
      return last ?? '';
    };
    const say = (line: string): Promise<string> => {
      socket.write(`${line}\r\n`);
      return answer();
    };
    await answer();
    await say('EHLO mx.example');
    return { socket, answer, say, begin: () => say('MAIL FROM:<>') };
  }
  type Session = Awaited<ReturnType<typeof session>>;

  /** Begins a mail and does not end it. */
  async function halfMail(at: Session): Promise<void> {
    expect(await at.say('RCPT TO:<fbl@in.shop.example>')).toMatch(/^250 /);
    expect(await at.say('DATA')).toMatch(/^354 /);
    at.socket.write('Subject: a letter\r\n\r\nSo far');
  }
  const end = (at: Session): Promise<string> => at.say(' and no further.\r\n.');
  const begun = async (port: number): Promise<Session> => {
    const one = await session(port);
    expect(await one.begin()).toMatch(/^250 /);
    return one;
  };

  test('takes so many mails at once and no more: the others are told to try again later, and may', async () => {
    const port = await open({ mailsAtOnce: 2, mailMs: 30_000 });
    const [first, second, third] = [await begun(port), await begun(port), await begun(port)];
    for (const one of [first, second]) await halfMail(one);

    const fourth = await session(port);
    expect(await fourth.begin()).toMatch(/^452 4\.3\.1 /);
    await halfMail(third);
    expect(await end(third)).toMatch(/^452 4\.3\.1 /);

    expect(await end(first)).toMatch(/^250 /);
    expect(await fourth.begin()).toMatch(/^250 /);
    await halfMail(fourth);
    expect(await end(fourth)).toMatch(/^250 /);
    expect(await opened.store.db.selectFrom('dead_letters').select('source').execute()).toEqual([{ source: 'email' }]);
  });

  test('gives the place of who went away in the middle to another, and calls that no fault', async () => {
    const port = await open({ mailsAtOnce: 1, mailMs: 30_000 });
    const first = await begun(port);
    const second = await session(port);
    await halfMail(first);
    expect(await second.begin()).toMatch(/^452 /);
    first.socket.destroy();
    await once(first.socket, 'close');
    await vi.waitFor(async () => expect(await second.begin()).toMatch(/^250 /), { timeout: 5_000 });
    expect(logged).toEqual([]);
    expect(await opened.store.db.selectFrom('dead_letters').selectAll().execute()).toEqual([]);
  });

  test('holds no place for a mail that drips in', async () => {
    const port = await open({ mailsAtOnce: 1, mailMs: 150 });
    const slow = await begun(port);
    const second = await session(port);
    await halfMail(slow);
    await sleep(300);
    slow.socket.write(', drop by drop,');
    expect(await second.begin()).toMatch(/^250 /);
    expect(await end(slow)).toMatch(/^451 4\.4\.2 /);
    expect(await opened.store.db.selectFrom('dead_letters').selectAll().execute()).toEqual([]);
  });
});
