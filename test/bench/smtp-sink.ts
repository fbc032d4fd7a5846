import { SMTPServer } from 'smtp-server';
import { answerParent } from './child.js';

/** A mail that was taken: to whom, and when (real milliseconds). */
export interface Arrival {
  readonly to: string;
  readonly at: number;
}

/** A mail server that takes everything and keeps nothing of it, in a process of its own. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, session, done) {
    stream.resume();
    stream.once('end', () => {
      arrivals.push({ to: session.envelope.rcptTo[0]?.address ?? '', at: Date.now() });
      done();
    });
  },
});
let arrivals: Arrival[] = [];
// A sender that is stopped in the middle of a mail.
server.on('error', () => {});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

answerParent(
  {
    url: async () => {
      const address = server.server.address();
      return `smtp://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
    },
    taken: async () => arrivals.length,
    arrivals: async () => arrivals,
    forget: async () => {
      arrivals = [];
    },
  },
  async () => server.close(),
);
