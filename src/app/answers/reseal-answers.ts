import { open, seal, sealMark } from '../../domain/keys/sealed.js';
import { answersNotSealedBy, rewriteSealed } from '../../store/answers.js';
import type { AppDeps } from '../deps.js';

const atOnce = 500;

/**
 * Encrypts answers again that an older secret encrypted, a few in each transaction; how many it were. What no secret here opens stays as it
 * is. It may run at any time and any number of times.
 */
export async function resealAnswers({ store, secret }: Pick<AppDeps, 'store' | 'secret'>): Promise<number> {
  let after = 0;
  let resealed = 0;
  for (;;) {
    const found = await answersNotSealedBy(store.db, sealMark(secret), after, atOnce);
    const last = found.at(-1);
    if (last === undefined) return resealed;
    after = last.seq;
    const anew = found.flatMap(({ seq, name, value }) => {
      const opened = open(secret, name, value);
      return opened === undefined ? [] : [{ seq, name, value: seal(secret, name, opened) }];
    });
    await store.transaction((trx) => rewriteSealed(trx, anew));
    resealed += anew.length;
  }
}
