import { Readable } from 'node:stream';
import SMTPConnection, {
  type SMTPConnectionAuth,
  type SMTPConnectionOptions,
  type SMTPConnectionSendInfo,
} from 'nodemailer/lib/smtp-connection';
import type { ComposedEmail } from '../compose.js';

/** What one mail has done so far; the caller reads it when the deadline comes. */
export interface Delivery {
  /** Once true, the server may have the whole mail, whatever happens to the connection. */
  bodyLeft: boolean;
  /** Set at the deadline: nothing more may begin. */
  isOver: boolean;
  connection: SmtpSession | null;
}

export interface SmtpServer {
  readonly connection: SMTPConnectionOptions;
  readonly auth: SMTPConnectionAuth | null;
}

// Servers commonly close an idle session after 60 s or more, and a session after 100 mails or more.
const idleForMs = 30_000;
const mailsPerSession = 100;

/**
 * Sessions to one SMTP server, kept open between mails. Our own over nodemailer's connection, because its pool can neither end one call at
 * a deadline nor say whether the body had begun to leave.
 */
export class SmtpPool {
  readonly #server: SmtpServer;
  readonly #size: number;
  #idle: SmtpSession[] = [];
  readonly #open = new Set<SmtpSession>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(server: SmtpServer, size: number) {
    this.#server = server;
    this.#size = size;
  }

  /** Sends over an idle session, or over a new one. Rejects with nodemailer's error; `delivery` says how far it came. */
  async send(mail: ComposedEmail, delivery: Delivery): Promise<SMTPConnectionSendInfo> {
    await this.#enter();
    const idle = delivery.isOver ? null : this.#takeIdle();
    try {
      if (idle) {
        try {
          return await this.#sendOver(idle, mail, delivery);
        } catch (error) {
          // The server had closed the idle session: nothing was sent, and a new session can take the mail.
          if (delivery.bodyLeft || delivery.isOver || !idle.isClosed) throw error;
        }
      }
      return await this.#sendOver(await this.#connect(delivery), mail, delivery);
    } finally {
      const used = delivery.connection;
      delivery.connection = null;
      // The place is given away only when the session is ready again, so that there are never more sessions than places.
      void this.#giveBack(used).finally(() => this.#leave());
    }
  }

  async close(): Promise<void> {
    this.#idle = [];
    await Promise.all([...this.#open].map((session) => session.quit()));
  }

  async #connect(delivery: Delivery): Promise<SmtpSession> {
    const session = new SmtpSession(this.#server, () => {
      this.#open.delete(session);
      this.#idle = this.#idle.filter((other) => other !== session);
    });
    this.#open.add(session);
    delivery.connection = session;
    if (delivery.isOver) session.destroy();
    await session.connect();
    return session;
  }

  #sendOver(session: SmtpSession, mail: ComposedEmail, delivery: Delivery): Promise<SMTPConnectionSendInfo> {
    delivery.connection = session;
    return session.send(mail, () => {
      delivery.bodyLeft = true;
    });
  }

  async #giveBack(session: SmtpSession | null): Promise<void> {
    if (!session) return;
    if (session.mails >= mailsPerSession) await session.quit();
    else if (await session.makeReady()) this.#idle.push(session);
  }

  /** The most recently used one: the others may grow old and close. */
  #takeIdle(): SmtpSession | null {
    const session = this.#idle.pop();
    session?.stopIdling();
    return session ?? null;
  }

  async #enter(): Promise<void> {
    if (this.#busy < this.#size) this.#busy += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }
}

/** One SMTP session; one thing happens on it at a time. */
export class SmtpSession {
  readonly #connection: SMTPConnection;
  readonly #auth: SMTPConnectionAuth | null;
  #fail: ((error: Error) => void) | null = null;
  #needsReset = false;
  #idleTimer: NodeJS.Timeout | null = null;
  mails = 0;

  constructor(server: SmtpServer, onClosed: () => void) {
    // Closing destroys the socket at once: a deadline must not wait for the other side.
    this.#connection = new SMTPConnection({ ...server.connection, socketCloseTimeout: 0 });
    this.#auth = server.auth;
    this.#connection.on('error', (error: Error) => this.#fail?.(error));
    this.#connection.once('end', () => {
      this.stopIdling();
      onClosed();
      // nodemailer forgets a call whose connection we close. Where it does tell the reason, it does so right after this event.
      queueMicrotask(() => this.#fail?.(Object.assign(new Error('The SMTP session was closed.'), { code: 'ECONNECTION' })));
    });
  }

  get isClosed(): boolean {
    return this.#connection.destroyed;
  }

  async connect(): Promise<void> {
    await this.#during<void>((done) => this.#connection.connect((error) => done(error ?? null)));
    const auth = this.#auth;
    if (!auth) return;
    try {
      await this.#during<boolean>((done) => this.#connection.login({ ...auth }, done));
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  async send(mail: ComposedEmail, onBodyLeaves: () => void): Promise<SMTPConnectionSendInfo> {
    this.mails += 1;
    this.#needsReset = true;
    // nodemailer reads the body only after the server has said "go ahead" to DATA.
    const body = new Readable({
      read() {
        onBodyLeaves();
        this.push(mail.raw);
        this.push(null);
      },
    });
    const envelope = { from: mail.envelope.from, to: [mail.envelope.to], size: mail.raw.byteLength };
    const info = await this.#during<SMTPConnectionSendInfo>((done) => this.#connection.send(envelope, body, done));
    this.#needsReset = false;
    return info;
  }

  /** Readies it for the next mail, after a refusal by a reset. False when it cannot be used again. */
  async makeReady(): Promise<boolean> {
    try {
      if (this.#needsReset && !this.isClosed) await this.#during<boolean>((done) => this.#connection.reset(done));
    } catch {
      this.destroy();
    }
    if (this.isClosed) return false;
    this.#idleTimer = setTimeout(() => void this.quit(), idleForMs);
    this.#idleTimer.unref();
    return true;
  }

  stopIdling(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  /** Says goodbye and waits for the answer, at most a second. */
  async quit(): Promise<void> {
    if (this.isClosed) return;
    await new Promise<void>((resolve) => {
      this.#connection.once('end', resolve);
      setTimeout(resolve, 1000).unref();
      this.#connection.quit();
    });
    this.destroy();
  }

  /** Destroys the socket now. */
  destroy(): void {
    this.#connection.close();
  }

  #during<T>(begin: (done: (error: Error | null, result?: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#fail = reject;
      begin((error, result) => {
        if (error) reject(error);
        else resolve(result as T);
      });
    }).finally(() => {
      this.#fail = null;
    });
  }
}
