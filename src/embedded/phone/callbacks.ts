import { setMaxListeners } from 'node:events';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';

/** Posts forms signed as Twilio signs them. */
export class SignedPoster {
  readonly #authToken: string;
  readonly #closing = new AbortController();
  /** Calls to one origin go to the other: the public address may lead elsewhere from here. What is signed is the public one. */
  detour: { readonly from: string; readonly to: string } | null = null;

  constructor(authToken: string) {
    this.#authToken = authToken;
    // One for each text that is under way.
    setMaxListeners(0, this.#closing.signal);
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The answer, or null when there was none. Redirects are not followed: Twilio's signature is for the address it asked for. */
  async post(url: string, params: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly body: string } | null> {
    try {
      const response = await fetch(this.#wayTo(url), {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          'x-twilio-signature': getExpectedTwilioSignature(this.#authToken, url, { ...params }),
        },
        body: new URLSearchParams(params).toString(),
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(15_000)]),
      });
      return { status: response.status, body: await response.text() };
    } catch {
      return null;
    }
  }

  #wayTo(url: string): string {
    const asked = new URL(url);
    return asked.origin === this.detour?.from ? this.detour.to + asked.pathname + asked.search : url;
  }

  /** As `post`, again after each of the pauses until the answer is neither missing nor a server's fault. */
  async postUntilTaken(
    url: string,
    params: Readonly<Record<string, string>>,
    pausesMs: readonly number[],
  ): Promise<{ readonly status: number; readonly body: string } | null> {
    for (const pauseMs of [...pausesMs, null]) {
      const answer = await this.post(url, params);
      if ((answer !== null && answer.status < 500 && answer.status !== 429) || pauseMs === null || this.isClosed) return answer;
      await this.pause(pauseMs);
    }
    return null;
  }

  /** Ends early when the phone is closed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed) return resolve();
      const timer = setTimeout(done, ms);
      const { signal } = this.#closing;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  close(): void {
    this.#closing.abort();
  }
}

/** The texts of `<Message>` verbs in a TwiML answer. */
export function readReplies(twiml: string): readonly string[] {
  return [...twiml.matchAll(/<Message\b[^>]*>([\s\S]*?)<\/Message>/g)].map((match) => {
    const inner = match[1] ?? '';
    const body = /<Body\b[^>]*>([\s\S]*?)<\/Body>/.exec(inner)?.[1] ?? inner;
    return unescapeXml(body.trim());
  });
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|quot|apos|amp));/gi, (_all, hex?: string, decimal?: string, name?: string) =>
    name ? (named[name.toLowerCase()] ?? '') : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)),
  );
}
