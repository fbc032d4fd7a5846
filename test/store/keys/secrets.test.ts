import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { carryOver, listSecrets, retireSecret } from '../../../src/app/consent/carry-over-suppressions.js';
import { missingSecret } from '../../../src/app/keys/take-secrets.js';
import { sendMessage } from '../../../src/app/messages/send-message.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { suppressionKey, suppressionKeys, unsubscribeKeys } from '../../../src/domain/consent/suppression.js';
import { readLink, signLink } from '../../../src/domain/keys/link-token.js';
import { fingerprintOf, type Secrets, secretsOf } from '../../../src/domain/keys/secrets.js';
import { hour } from '../../../src/domain/time/instant.js';
import { openSecrets } from '../../../src/instance/instance-secrets.js';
import { readSuppressions } from '../../../src/store/profiles-read.js';
import { readEras } from '../../../src/store/secret-eras.js';
import { insertSuppression, liftSuppression } from '../../../src/store/suppressions.js';
import { keepUnsubscribed, readUnsubscribes } from '../../../src/store/unsubscribes.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const oldText = 'the-old-secret-of-the-shop';
const newText = 'the-new-secret-of-the-shop';

describeOnBothStores('the secret of a store', (store) => {
  let folder: string;
  beforeEach(async () => {
    await resetTables(store());
    folder = await mkdtemp(join(tmpdir(), 'sojourn-secret-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (given: string | null, at = noon) => {
    const { clock } = turnDeps(store());
    clock.set(at);
    return openSecrets({ SOJOURN_SECRET: given?.split(',') }, folder, { store: store(), clock });
  };
  /** A process with the secrets of a start. */
  const process = async (given: string, at = noon): Promise<TurnDeps> => {
    const deps = turnDeps(store(), { secret: await open(given, at) });
    deps.clock.set(at);
    return deps;
  };

  describe('at the start', () => {
    test('is made once, kept in the data folder, and found again', async () => {
      const made = await open(null);
      expect(await open(null)).toMatchObject({ first: made.first });
    });

    test('is refused when it is another, in a sentence that names the file of the present one', async () => {
      await open(null);
      await expect(open(newText)).rejects.toThrow(
        new RegExp(
          `The present one \\(fingerprint [0-9a-f]{16}\\) is in the file ${join(folder, 'secret')}\\..*SOJOURN_SECRET=<new>,<the present one>`,
        ),
      );
    });

    test('is refused when it is another, in a sentence that names the setting', async () => {
      await open(oldText);
      await expect(open(newText)).rejects.toThrow(/was given as SOJOURN_SECRET/);
    });

    test('is not made anew when the setting or the file has gone', async () => {
      await open(oldText);
      await expect(open(null)).rejects.toThrow(/was given as SOJOURN_SECRET, which is not set now/);
      expect(await readdir(folder)).toEqual([]);
      await resetTables(store());
      await open(null);
      await rm(join(folder, 'secret'));
      await expect(open(null)).rejects.toThrow(/bring it back from a backup/);
    });

    test('is a list after a rotation, in which neither may be missing until one is retired', async () => {
      await open(oldText);
      const rotated = await open(`${newText},${oldText}`);
      expect(rotated.eras).toEqual([
        { secret: oldText, since: 0 },
        { secret: newText, since: noon },
      ]);
      await expect(open(oldText)).rejects.toThrow(fingerprintOf(newText));
      await expect(open(newText)).rejects.toThrow(fingerprintOf(oldText));
      expect(await open(`${oldText},${newText}`)).toMatchObject({ first: oldText });
    });

    test('is told from the messages of a store that noted none yet', async () => {
      const deps = await sentOne({ secret: { ...secretsOf(oldText), plain: new Set([oldText]) } });
      expect(deps.providers.email.submitted).toHaveLength(1);

      await expect(open(newText)).rejects.toThrow(/made with another secret than SOJOURN_SECRET has/);
      const taken = await open(`${newText},${oldText}`);
      expect(taken.eras).toEqual([
        { secret: oldText, since: 0 },
        { secret: newText, since: noon },
      ]);
      expect(taken.plain).toEqual(new Set([oldText]));
    });

    test('of a store that made something before keys were derived goes on as it was, until it is rotated', async () => {
      const plain: Secrets = { ...secretsOf(oldText), plain: new Set([oldText]) };
      const [key] = suppressionKeys(plain, { email: 'ada@example.test', phone: null });
      await store().transaction((trx) => insertSuppression(trx, { ...key!, reason: 'bounced', detail: null, at: noon }));
      const before = await open(oldText);
      expect(before.plain).toEqual(new Set([oldText]));
      expect(signLink(before, { purpose: 'unsubscribe', id: 'm' })).toBe(signLink(plain, { purpose: 'unsubscribe', id: 'm' }));

      const after = await open(`${newText},${oldText}`);
      expect(await readSuppressions(store().db, suppressionKeys(after, { email: 'ada@example.test', phone: null }))).toHaveLength(1);
      expect(readLink(after, signLink(plain, { purpose: 'unsubscribe', id: 'm' }))).toEqual({ purpose: 'unsubscribe', id: 'm' });
      expect(signLink(after, { purpose: 'unsubscribe', id: 'm' })).toBe(signLink(secretsOf(newText), { purpose: 'unsubscribe', id: 'm' }));
      // Back again it is what it was.
      expect((await open(`${oldText},${newText}`)).plain).toEqual(new Set([oldText]));
    });

    test('is noticed by a process that was not given the one which another signs with', async () => {
      const before = await process(oldText);
      expect(missingSecret(before.secret, await readEras(store().db))).toBeNull();
      await open(`${newText},${oldText}`);
      expect(missingSecret(before.secret, await readEras(store().db))).toBe(fingerprintOf(newText));
    });

    test('two first starts at once agree', async () => {
      const outcomes = await Promise.allSettled([open(oldText), open(newText)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });

  describe('after a rotation', () => {
    const ada = { email: 'ada@example.test', phone: '+447700900123' };
    const suppress = (
      deps: { readonly secret: Secrets },
      reason: 'bounced' | 'stopped' | 'complained',
      channel: 'email' | 'sms' = 'email',
    ) => {
      const address = channel === 'email' ? ada.email : ada.phone;
      return store().transaction((trx) =>
        insertSuppression(trx, { ...suppressionKey(deps.secret, channel, address), reason, detail: null, at: noon }),
      );
    };
    const suppressed = async (deps: { readonly secret: Secrets }) =>
      (await readSuppressions(store().db, suppressionKeys(deps.secret, ada))).map(({ channel, reason }) => `${channel} ${reason}`);

    test('nobody who was suppressed or unsubscribed is forgotten, by any look', async () => {
      const before = await process(oldText);
      await suppress(before, 'bounced');
      await suppress(before, 'stopped', 'sms');
      await store().transaction((trx) => keepUnsubscribed(trx, unsubscribeKeys(before.secret, ada), 'one-click', noon));

      const after = await process(`${newText},${oldText}`);
      expect(await suppressed(after)).toEqual(['email bounced', 'sms stopped']);
      expect(await readUnsubscribes(store().db, unsubscribeKeys(after.secret, ada))).toHaveLength(2);
      await take(after, identify(ada), track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }));
      await cartAt(after);
      await turn(after);
      expect(after.providers.email.submitted).toEqual([]);
      expect(await verdicts()).toEqual(['suppressed']);
    });

    test('a reason that comes meets the one that stands, under one key', async () => {
      await suppress(await process(oldText), 'complained');
      const after = await process(`${newText},${oldText}`);
      expect(await suppress(after, 'bounced')).toBe(true);
      expect(await suppressed(after)).toEqual(['email bounced']);

      const key = suppressionKey(after.secret, 'email', ada.email);
      expect(await store().transaction((trx) => liftSuppression(trx, { ...key, reason: 'bounced' }))).toBe(true);
      expect(await suppressed(after)).toEqual(['email complained']);
    });

    test('a command carries over what is known, says what only the old secret knows, and is done once', async () => {
      const before = await process(oldText);
      await take(before, identify(ada));
      await suppress(before, 'bounced');
      await store().transaction((trx) => keepUnsubscribed(trx, unsubscribeKeys(before.secret, ada), 'one-click', noon));
      await store().transaction((trx) =>
        insertSuppression(trx, {
          ...suppressionKey(before.secret, 'email', 'gone@example.test'),
          reason: 'erased',
          detail: null,
          at: noon,
        }),
      );

      const after = await process(`${newText},${oldText}`);
      expect(await carryOver(after)).toEqual({ carried: 3, left: 1 });
      expect(await carryOver(after)).toEqual({ carried: 0, left: 1 });
      expect(await suppressed({ secret: secretsOf(newText) })).toEqual(['email bounced']);
      expect(await listSecrets(after)).toMatchObject([
        { fingerprint: fingerprintOf(oldText), signs: false, suppressions: 1 },
        { fingerprint: fingerprintOf(newText), signs: true, suppressions: 3 },
      ]);

      expect(await retireSecret(after, fingerprintOf(oldText), { force: false })).toEqual({ kind: 'needed', left: 1 });
      expect(await retireSecret(after, fingerprintOf(newText), { force: true })).toEqual({ kind: 'in-use' });
      expect(await retireSecret(after, fingerprintOf(oldText), { force: true })).toMatchObject({ kind: 'retired' });
      expect(await open(newText)).toMatchObject({ first: newText });
    });

    test('a message that waits keeps its id and leaves once', async () => {
      const before = await process(oldText);
      await sentOne(before, { kind: 'not-sent', code: '451', retry: true, retryAfterMs: hour });
      const [waiting] = await messages();
      expect(waiting).toMatchObject({ state: 'reserved' });

      const after = await process(`${newText},${oldText}`, noon + 3 * hour);
      await turn(after, 'queue');
      expect(await messages()).toMatchObject([{ id: waiting?.id, state: 'accepted' }]);
      expect(after.providers.email.submitted).toMatchObject([{ messageId: waiting?.id }]);
    });

    test('so does one that another process, with another secret in front, has begun', async () => {
      const before = await process(oldText);
      await sentOne({ ...before, secret: secretsOf(newText) }, { kind: 'not-sent', code: '451', retry: true, retryAfterMs: hour });
      const [waiting] = await messages();
      before.clock.set(noon + 3 * hour);
      await turn(before, 'queue');
      expect(await messages()).toMatchObject([{ id: waiting?.id, state: 'accepted' }]);
    });

    test('a message of the shop’s own that was answered and not decided leaves under the id that was told', async () => {
      const before = await process(oldText);
      await publishHead(store(), { id: 'order-confirmation' });
      await take(before, identify(ada));
      const request = { to: { userId: 'ada' }, template: 'order-confirmation', data: {}, topic: null, priority: null, deadline: null };
      const asked = await sendMessage(before, request, 'key-1');
      const id = asked.kind === 'asked' ? asked.message.id : null;

      const after = await process(`${newText},${oldText}`, noon + hour);
      expect(await sendMessage(after, request, 'key-1')).toMatchObject({ kind: 'asked', message: { id } });
      expect(await sendMessage(after, { ...request, data: { other: 1 } }, 'key-1')).toEqual({ kind: 'other-request' });
      await turn(after);
      expect(after.providers.email.submitted).toMatchObject([{ messageId: id }]);
    });

    test('a write costs one statement more, and none without a rotation', async () => {
      const before = await process(oldText);
      const once = await countStatements(store(), () => suppress(before, 'bounced'));
      const after = await process(`${newText},${oldText}`);
      expect(await countStatements(store(), () => suppress(after, 'stopped', 'sms'))).toHaveLength(once.length + 1);
    });
  });

  test('what is kept of it is a fingerprint', async () => {
    await writeFile(join(folder, 'secret'), `${oldText}\n`);
    await open(null);
    expect(JSON.stringify(await store().db.selectFrom('secret_eras').selectAll().execute())).not.toContain(oldText);
  });

  const cartAt = async (deps: TurnDeps) => {
    await publish(store(), cartJourney());
    await take(deps, track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }));
    deps.clock.set(noon + hour);
  };
  /** Ada consented and left a cart; the turn of the first message was taken. */
  async function sentOne(
    overrides: Partial<TurnDeps>,
    answer: 'accepted' | Parameters<TurnDeps['providers']['email']['answers']['push']>[0] = 'accepted',
  ) {
    const deps = turnDeps(store(), overrides);
    await take(
      deps,
      identify({ email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
    );
    await cartAt(deps);
    if (answer !== 'accepted') deps.providers.email.answers.push(answer);
    await turn(deps);
    return deps;
  }
  const turn = async (deps: TurnDeps, lane: 'inline' | 'queue' = 'inline') => {
    const entry = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    return takeTurn(deps, { v: 1, entryId: entry.id, opset }, lane);
  };
  const messages = () => store().db.selectFrom('messages').select(['id', 'state']).execute();
  const verdicts = async () =>
    (await store().db.selectFrom('verdicts').select('reason').orderBy('seq').execute()).map(({ reason }) => reason);
});
