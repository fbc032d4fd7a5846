import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isResponseSerializationError } from 'fastify-type-provider-zod';
import type { Log } from '../app/deps.js';
import { CursorError } from '../app/paging.js';
import { definitionKinds } from '../definitions/list.js';
import type { ProblemBody } from './contract/problem.js';
import { InvalidRequest, sentence } from './validator.js';

const titles: Readonly<Record<number, string>> = {
  400: 'Not a valid request',
  401: 'Not signed in',
  403: 'Not allowed for this key',
  404: 'Not found',
  405: 'Not allowed here',
  408: 'Too slow',
  409: 'Not possible now',
  413: 'Too large',
  414: 'Too long',
  415: 'Type not supported',
  422: 'Not accepted',
  429: 'Too many requests',
  500: 'A fault on our side',
  501: 'Not part of this instance',
  502: 'Refused by another service',
  503: 'Not available now',
};

/** A refusal by the API. Thrown by routes, answered here and nowhere else. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly more: Pick<ProblemBody, 'errors' | 'problems'> & { readonly retryAfterS?: number } = {},
  ) {
    super(detail);
  }
}

/** A source that was not published. `what`: which one, as the sentence begins. */
export function notPublished(noun: string, what: string, problems: readonly { readonly severity: 'error' | 'warning' }[]): Problem {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const detail = `${what} was not published: it has ${errors === 1 ? 'an error' : `${errors} errors`}.`;
  return new Problem(422, `${noun}-not-valid`, detail, { problems: [...problems] });
}

/**
 * `There is no journey welcome.` Only an id that may be ours is repeated: what a clumsy client puts in its place may be somebody's address
 * or the number of an order, and sentences end up in logs.
 */
export function notFound(noun: string, id: string): Problem {
  const isOurs = (namedNouns.has(noun) ? nameLike : idLike).test(id);
  return new Problem(404, `unknown-${noun.replaceAll(' ', '-')}`, `There is no ${noun} ${isOurs ? id : 'with that id'}.`);
}

/** What people name. Everything else has an id that we made. */
const namedNouns: ReadonlySet<string> = new Set(['journey', 'version', 'template', ...definitionKinds.map(({ kind }) => kind)]);
const nameLike = /^(?:\d+ of )?[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
const idLike = /^(?:[0-9a-z]{26}|[a-z2-7]{32})$/;

/** Found, or a 404 that names it. */
export function found<T>(value: T | null | undefined, noun: string, id: string): T {
  if (value === null || value === undefined) throw notFound(noun, id);
  return value;
}

/** The injected part, or a 501 that says why it is absent. */
export function present<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new Problem(501, 'not-here', `This instance cannot ${what}.`);
  return part;
}

/** Turns whatever a route threw into problem details. A fault is logged with the request's id, and without what was in the request. */
export function problemHandler(log: Log) {
  return (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof Problem && error.more.retryAfterS !== undefined) void reply.header('retry-after', String(error.more.retryAfterS));
    return sendProblem(reply, readProblem(log, error, request));
  };
}

/** The problem in what a route, or Fastify before it, threw. */
export function readProblem(log: Log, error: FastifyError | Problem, request: FastifyRequest): ProblemBody {
  const body = toProblem(error, request);
  const fault = () => ({
    requestId: request.id,
    route: request.routeOptions.url ?? null,
    method: request.method,
    error: error.name,
    code: faultCode(error),
    stack: stackOf(error),
  });
  if (body.status >= 500 && !(error instanceof Problem)) log.error(fault(), 'A request failed.');
  if (isUnstorable(error)) log.warn(fault(), 'A request brought what the store does not take, and its schema let it pass.');
  return body;
}

/** Answers a method that a path does not have. */
export function otherMethod(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]) {
  void reply.header('allow', methods.join(', '));
  return sendProblem(
    reply,
    bodyOf(405, 'method-not-allowed', `This path does not take ${request.method}. It takes: ${methods.join(', ')}.`),
  );
}

/** Answers a path that is not there. `elsewhere`: a sentence on where it may be. */
export function noSuchRoute(request: FastifyRequest, reply: FastifyReply, elsewhere = '/openapi.json lists what does.') {
  // Of a mistyped path only the noun is repeated: a link's token or a person's id may follow.
  const noun = /^\/v1\/[a-z-]{1,40}(?=[/?]|$)/.exec(request.url)?.[0];
  const shown = noun === undefined ? 'that path' : request.url.startsWith(`${noun}/`) ? `${noun}/…` : noun;
  return sendProblem(reply, bodyOf(404, 'no-such-route', `Nothing answers ${request.method} at ${shown}. ${elsewhere}`));
}

function sendProblem(reply: FastifyReply, body: ProblemBody) {
  return reply
    .status(body.status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(body);
}

function toProblem(error: FastifyError | Problem, request: FastifyRequest): ProblemBody {
  if (error instanceof CursorError) return bodyOf(400, 'invalid-cursor', error.message);
  if (error instanceof Problem) {
    const { retryAfterS: _header, ...more } = error.more;
    return { ...bodyOf(error.status, error.code, error.message), ...more };
  }
  if (error instanceof InvalidRequest) return { ...bodyOf(400, 'invalid-request', error.message), errors: [...error.errors] };
  if (isUnstorable(error))
    return bodyOf(
      400,
      'invalid-request',
      'A value in the request cannot be stored: text with NUL or half a character, or a number that is too large. Remove it and send the request again.',
    );
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return bodyOf(415, codeOf(error), otherType(request));
  // Fastify's own words would say the path again.
  const ofPath = pathProblems[error.code];
  if (ofPath !== undefined) return bodyOf(error.statusCode ?? 400, codeOf(error), ofPath);
  const status = error.statusCode ?? 500;
  if (status < 500 && !isResponseSerializationError(error)) return bodyOf(status, codeOf(error), sentence(error.message));
  return {
    ...bodyOf(500, 'fault', `Something went wrong here, not in the request. The log says more under request ${request.id}.`),
    requestId: request.id,
  };
}

/** Which type came, where it reads like one, and which are read. */
function otherType(request: FastifyRequest): string {
  const given = /^[a-z]{1,20}\/[a-z0-9.+-]{1,60}(?=;|$)/i.exec(request.headers['content-type'] ?? '')?.[0];
  const consumes = request.routeOptions.schema?.consumes;
  const read = ['application/json', ...(Array.isArray(consumes) ? consumes.map(String) : [])];
  return `This path does not read a body of ${given === undefined ? 'its content-type' : `type ${given}`}. Send it with content-type: ${[...new Set(read)].join(' or ')}.`;
}

const pathProblems: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path of the request is not a valid URL: it was cut short, or a % in it is not written as %25.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is longer than any id or name here.',
};

function bodyOf(status: number, code: string, detail: string): ProblemBody {
  return { type: `urn:sojourn:problem:${code}`, title: titles[status] ?? 'Problem', status, detail, code };
}

function codeOf(error: FastifyError): string {
  return (
    error.code
      ?.toLowerCase()
      .replace(/^fst_err_(ctp_)?/, '')
      .replaceAll('_', '-') ?? 'invalid-request'
  );
}

/**
 * What PostgreSQL says of text with NUL or half a character (22021, 22P05), of numbers out of range (22003), and of what is no number or
 * JSON (22P02). The schemas refuse these by name; this is for what passes them inside free-form data.
 */
function isUnstorable(error: Error): boolean {
  return ['22021', '22P05', '22003', '22P02'].includes(faultCode(error) ?? '');
}

/** Frames only: the message of a database error may quote a row. */
function stackOf(error: Error): string | null {
  return (
    error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .slice(0, 8)
      .join('\n') ?? null
  );
}

function faultCode(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
