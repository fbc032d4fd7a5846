import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProviderWords } from '../domain/messages/message.js';

/** Real milliseconds in which a server must answer. */
const patienceMs = 3_000;

/** Whether a server can be reached now. Sends nothing. */
export type Reached = ProviderWords & { readonly ok: boolean };

/** Connects and waits for the greeting. Never throws. */
export function reachSmtp(url: string): Promise<Reached> {
  const { hostname, port, protocol } = new URL(url);
  const isTls = protocol === 'smtps:';
  return reach({ host: hostname, port: Number(port || (isTls ? 465 : 587)), isTls }, (greeting) => greeting.startsWith('220'));
}

/** Connects. Never throws. */
export function reachHttp(url: string): Promise<Reached> {
  const { hostname, port, protocol } = new URL(url);
  return reach({ host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)), isTls: false }, null);
}

function reach(
  to: { readonly host: string; readonly port: number; readonly isTls: boolean },
  /** Null: that it is connected is enough. */
  isGreeting: ((line: string) => boolean) | null,
): Promise<Reached> {
  const host = to.host.replace(/^\[|\]$/g, '');
  const words = { host: `${to.host}:${to.port}` };
  return new Promise((resolve) => {
    const end = (ok: boolean, reply: string | null): void => {
      clearTimeout(timer);
      if (isGreeting !== null && ok) socket.end('QUIT\r\n');
      else socket.destroy();
      resolve({ ...words, ok, reply });
    };
    const timer = setTimeout(() => end(false, `no answer within ${patienceMs / 1000} s`), patienceMs);
    const socket: Socket = to.isTls ? connectTls({ host, port: to.port, servername: host }) : connectPlain({ host, port: to.port });
    socket.on('error', (error: NodeJS.ErrnoException) => end(false, error.code ?? 'error'));
    socket.once('close', () => end(false, 'the connection was closed'));
    if (isGreeting === null) socket.once('connect', () => end(true, null));
    else
      socket.once('data', (data: Buffer) => {
        const line = data.toString('latin1').split('\r\n', 1)[0]?.slice(0, 100) ?? '';
        end(isGreeting(line), line);
      });
  });
}
