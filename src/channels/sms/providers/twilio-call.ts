import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** What Twilio's SDK hands to its HTTP client. */
export interface SdkRequest {
  readonly method: string;
  /** Always at api.twilio.com; only path and query of it are used. */
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Where Twilio's API is, and the connections to it that are kept. */
export interface TwilioLine {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly agent: HttpAgent | HttpsAgent;
}

// A kept connection that the other side is about to close would turn a text into an ambiguous one, so they are kept for a short while only.
const keepIdleMs = 4_000;

export function openLine(apiUrl: string, connections: number): TwilioLine {
  const baseUrl = apiUrl.replace(/\/+$/, '');
  const options = { keepAlive: true, maxSockets: connections, timeout: keepIdleMs };
  return { baseUrl, agent: baseUrl.startsWith('https:') ? new HttpsAgent(options) : new HttpAgent(options) };
}

/**
 * The HTTP client of one call of the SDK. `hasBegun` says whether Twilio may have read the request; `destroy` ends it now. The SDK's own
 * client can do neither, and takes no base address.
 */
export class TwilioCall {
  readonly #line: TwilioLine;
  #request: ClientRequest | null = null;
  hasBegun = false;
  /** The status and headers of the answer, once it began. */
  status: number | null = null;
  retryAfter: string | null = null;

  constructor(line: TwilioLine) {
    this.#line = line;
  }

  destroy(): void {
    this.#request?.destroy(new Error('The call was ended at its deadline.'));
  }

  /** What the SDK calls. */
  request(options: SdkRequest): Promise<SdkResponse> {
    const { pathname, search } = new URL(options.uri);
    const query = options.params ? `?${form(options.params)}` : search;
    const body = options.data ? form(options.data) : '';
    const url = new URL(`${this.#line.baseUrl}${pathname}${query}`);
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
        method: options.method.toUpperCase(),
        agent: this.#line.agent,
        auth: `${options.username ?? ''}:${options.password ?? ''}`,
        headers: { ...options.headers, ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}) },
      });
      this.#request = request;
      this.#watchBeginning(request);
      request.on('error', reject);
      request.on('response', (response) => {
        this.status = response.statusCode ?? null;
        this.retryAfter = response.headers['retry-after'] ?? null;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ statusCode: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8'), headers: response.headers }),
        );
      });
      request.end(body);
    });
  }

  /** Until a connection stands, nothing can have left. */
  #watchBeginning(request: ClientRequest): void {
    request.once('socket', (socket) => {
      const begin = () => {
        this.hasBegun = true;
      };
      const isSecure = 'encrypted' in socket && (socket as TLSSocket).encrypted;
      if (request.reusedSocket || (!socket.connecting && !isSecure)) begin();
      else socket.once(isSecure ? 'secureConnect' : 'connect', begin);
    });
  }
}

function form(fields: Readonly<Record<string, unknown>>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined && each !== null) out.append(name, String(each));
  }
  return out.toString();
}
