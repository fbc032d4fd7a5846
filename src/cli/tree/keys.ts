import { Option } from 'commander';
import { scopes } from '../../domain/keys/scopes.js';
import type { Add, Group } from '../add.js';
import { limitOption } from '../options.js';

/** `sojourn write-key …`, `api-key …`, `user-token-secret …`, `secret …` and `audit …` */
export function addKeys(add: Add, group: Group): void {
  const writeKeys = group('write-key', 'keys of the shop’s event clients');
  add(writeKeys, 'list', 'the keys, without their secrets', async (context) => (await import('../commands/keys.js')).listKeys(context));
  add(writeKeys, 'create <name>', 'make a key', async (context, command) =>
    (await import('../commands/keys.js')).createKey(context, command.args[0] ?? '', command.opts()),
  ).option('--server', 'secret, for the shop’s own servers; without it for browsers');
  add(writeKeys, 'rotate <id>', 'a new key in the place of an old one, which goes on for a day', async (context, command) =>
    (await import('../commands/keys.js')).rotateKey(context, command.args[0] ?? '', command.opts()),
  )
    .option('--overlap <duration>', 'how long the old one goes on, such as PT1H')
    .option('--now', 'the old one opens nothing from now on: it leaked');
  add(writeKeys, 'revoke <id>', 'the key opens nothing any more', async (context, { args }) =>
    (await import('../commands/keys.js')).revokeKey(context, args[0] ?? ''),
  );
  add(writeKeys, 'acts <id>', 'what the key said of people: traits, consents, ids', async (context, command) =>
    (await import('../commands/key-acts.js')).listKeyActs(context, command.args[0] ?? '', command.opts()),
  )
    .option('--since <instant>', 'received then or later, such as 2026-12-01T00:00:00Z')
    .option('--until <instant>', 'received before')
    .option('--profile <id>', 'of one person')
    .addOption(limitOption());
  add(writeKeys, 'undo <id>', 'take back what the key said in a stretch of time', async (context, command) =>
    (await import('../commands/key-acts.js')).undoKeyActs(context, command.args[0] ?? '', command.opts()),
  )
    .requiredOption('--since <instant>', 'received then or later, such as 2026-12-01T00:00:00Z')
    .option('--until <instant>', 'received before')
    .option('--profile <id>', 'of one person')
    .option('--refusals', 'also refusals and objections, which may be the people’s own word')
    .option('--yes', 'do it; without it only what would be undone is said');

  const key = group('api-key', 'keys of the API: what each may do, who made it, when it was used');
  add(key, 'list', 'the keys, without their secrets', async (context) => (await import('../commands/api-keys.js')).listApiKeys(context));
  add(key, 'create <name>', 'make a key', async (context, command) =>
    (await import('../commands/api-keys.js')).createApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(new Option('--scope <scope...>', 'what it may do (else admin, which is everything)').choices([...scopes]))
    .option('--expires <instant>', 'when it ends, such as 2027-06-30T00:00:00Z');
  add(key, 'rotate <id>', 'a new key in the place of an old one, which goes on for a day', async (context, command) =>
    (await import('../commands/api-keys.js')).rotateApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .option('--overlap <duration>', 'how long the old one goes on, such as PT1H')
    .option('--now', 'the old one opens nothing from now on: it leaked');
  add(key, 'revoke <id>', 'the key opens nothing any more', async (context, command) =>
    (await import('../commands/api-keys.js')).revokeApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .option('--descendants', 'also the keys that it made, and those that these made')
    .option('--force', 'also the last one of scope admin, without which nobody comes in');

  const tokens = group('user-token-secret', 'the secret with which the shop vouches for a visitor');
  add(tokens, 'show', 'the secret, for the shop’s own servers', async (context) =>
    (await import('../commands/user-token-secret.js')).showTokenSecret(context),
  );
  add(tokens, 'rotate', 'a new secret; the old one counts for a day more', async (context, command) =>
    (await import('../commands/user-token-secret.js')).rotateTokenSecret(context, command.opts()),
  ).option('--now', 'the old one counts no more from now on');

  const secret = group('secret', 'the secrets of links, message ids and suppressions: rotation');
  add(secret, 'list', 'the secrets by their fingerprints, and which signs', async (context) =>
    (await import('../commands/secrets.js')).listSecrets(context),
  );
  add(secret, 'carry-over', 'bring suppressions under the secret that signs', async (context) =>
    (await import('../commands/secrets.js')).carryOver(context),
  );
  add(secret, 'retire <fingerprint>', 'let the next start leave a secret out', async (context, command) =>
    (await import('../commands/secrets.js')).retireSecret(context, command.args[0] ?? '', command.opts()),
  )
    .option('--yes', 'I mean it: its links end')
    .option('--force', 'also where suppressions are known by it alone');

  add(group('audit', 'who did, read or exported what, about whom'), 'list', 'acts, the newest first', async (context, command) =>
    (await import('../commands/audit.js')).listAudit(context, command.opts()),
  )
    .option('--person <id>', 'about this person: by our id or one of the shop’s')
    .option('--key <id>', 'by this API key')
    .option('--act <act>', 'this act, such as profile.export, or all of a noun, such as profile')
    .option('--since <instant>', 'from then on, such as 2026-12-01T00:00:00Z')
    .option('--until <instant>', 'before then')
    .addOption(limitOption());
}
