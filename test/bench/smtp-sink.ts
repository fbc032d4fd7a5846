import { SMTPServer } from 'smtp-server';
import { answerParent } from './child.js';

/** A mail server that takes everything and keeps nothing, in a process of its own. */
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume();
    stream.once('end', () => {
      taken += 1;
      done();
    });
  },
});
let taken = 0;
// A sender that is stopped in the middle of a mail.
server.on('error', () => {});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

answerParent(
  {
    url: async () => {
      const address = server.server.address();
      return `smtp://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
    },
    taken: async () => taken,
  },
  async () => server.close(),
);
