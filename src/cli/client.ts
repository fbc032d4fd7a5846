import type { ProblemBody } from '../api/contract/problem.js';
import type { Page } from '../api/contract/shared.js';
import { CliFailure } from './failure.js';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The API of a running Sojourn. Every refusal becomes a `CliFailure` with the server's own sentence. */
export interface ApiClient {
  readonly url: string;
  get<T>(path: string, query?: Query): Promise<T>;
  /** Null where the server knows no such thing (404). */
  find<T>(path: string, query?: Query): Promise<T | null>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string, body?: unknown): Promise<T>;
  /** An answer that comes in lines of JSON, each as soon as it is there. */
  postForLines<T>(path: string, body: unknown, onLine: (line: T) => void): Promise<void>;
  /** All pages of a list, up to `limit` items. */
  list<T>(path: string, query: Query, limit: number): Promise<readonly T[]>;
}

export function createClient(target: { readonly url: string; readonly apiKey: string | null }): ApiClient {
  const url = target.url.replace(/\/$/, '');

  async function call(method: string, path: string, query: Query = {}, body?: unknown): Promise<Response> {
    const address = new URL(url + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) address.searchParams.set(name, String(value));
    return fetch(address, {
      method,
      headers: {
        ...(target.apiKey === null ? {} : { authorization: `Bearer ${target.apiKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CliFailure(`Nothing answers at ${url}${reasonOf(cause)}. Start Sojourn with npm start, or say where it runs with --url.`);
    });
  }

  async function request(
    method: string,
    path: string,
    query?: Query,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly value: unknown }> {
    const response = await call(method, path, query, body);
    const text = await response.text();
    return { status: response.status, value: parse(text) };
  }

  async function ask<T>(method: string, path: string, query?: Query, body?: unknown): Promise<T> {
    const { status, value } = await request(method, path, query, body);
    if (status >= 400 && !(path === '/readyz' && status === 503)) throw refusal(status, value);
    return value as T;
  }

  return {
    url,
    get: (path, query) => ask('GET', path, query),
    find: async <T>(path: string, query?: Query) => {
      const { status, value } = await request('GET', path, query);
      if (status === 404) return null;
      if (status >= 400) throw refusal(status, value);
      return value as T;
    },
    post: (path, body) => ask('POST', path, {}, body),
    postForLines: async <T>(path: string, body: unknown, onLine: (line: T) => void) => {
      const response = await call('POST', path, {}, body);
      if (response.status >= 400) throw refusal(response.status, parse(await response.text()));
      for await (const line of linesOf(response)) onLine(JSON.parse(line) as T);
    },
    put: (path, body) => ask('PUT', path, {}, body),
    delete: (path, body) => ask('DELETE', path, {}, body),
    list: async <T>(path: string, query: Query, limit: number) => {
      const items: T[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<T> = await ask('GET', path, {
          ...query,
          limit: Math.min(200, limit - items.length),
          cursor: cursor ?? undefined,
        });
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && items.length < limit);
      return items;
    },
  };
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (body === null) return;
  let rest = '';
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function refusal(status: number, value: unknown): CliFailure {
  const problem = (typeof value === 'object' && value !== null ? value : {}) as Partial<ProblemBody>;
  return new CliFailure(problem.detail ?? `The server answered ${status}.`, 1, value);
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && cause.cause instanceof Error && 'code' in cause.cause ? String(cause.cause.code) : null;
  return code === null ? '' : ` (${code})`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
