import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../app/deps.js';
import type { AuditedAct, AuditTrail, Subject } from '../app/keys/audit-trail.js';
import type { RouteRules } from './access.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The number of its act in the audit log, where that was written before it was done. */
    auditSeq: number | null;
    /** Whom its answer is about. */
    auditWhom: readonly Subject[] | null;
  }
  interface FastifyInstance {
    /** Notes whom an answer in parts shows, before that part leaves. */
    noteShown(request: FastifyRequest, whom: readonly Subject[]): Promise<void>;
  }
}

/**
 * Keeps the audit log of a server, by what each route says of itself. A change is written before its handler runs; a read is noted before
 * its answer leaves. A key that was refused is noted too. What bears no key of ours, and no link of ours, is nobody's act.
 */
export function keepAudit(server: FastifyInstance, app: Pick<AppDeps, 'secret' | 'clock'>, trail: AuditTrail): void {
  server.decorateRequest('auditSeq', null);
  server.decorateRequest('auditWhom', null);

  server.decorate('noteShown', async (request: FastifyRequest, whom: readonly Subject[]) => {
    const { rules } = request.routeOptions.config;
    const act = rules === undefined ? null : actOf(request, rules, whom, 200);
    if (act !== null) await trail.note(act);
  });

  server.addHook('preHandler', async (request) => {
    if (request.apiKey !== null) trail.used(request.apiKey.id);
    const { rules } = request.routeOptions.config;
    if (rules?.audited.kind !== 'change') return;
    const act = actOf(request, rules, rules.audited.whom(request, null, app.secret), null);
    if (act !== null) request.auditSeq = await trail.begin(act);
  });

  server.addHook('preSerialization', async (request, _reply, answer) => {
    const { rules } = request.routeOptions.config;
    if (rules?.audited.kind === 'read') request.auditWhom = rules.audited.whom(request, answer, app.secret);
    return answer;
  });

  server.addHook('onSend', async (request, reply, payload) => {
    if (request.auditSeq !== null) trail.end(request.auditSeq, reply.statusCode);
    else await noteRead(request, reply);
    return payload;
  });

  async function noteRead(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { rules } = request.routeOptions.config;
    if (rules === undefined || (rules.audited.kind !== 'read' && reply.statusCode !== 403)) return;
    const whom = request.auditWhom ?? (rules.audited.kind === 'nothing' ? [] : rules.audited.whom(request, null, app.secret));
    const act = actOf(request, rules, whom, reply.statusCode);
    if (act !== null) await trail.note(act);
  }

  function actOf(request: FastifyRequest, rules: RouteRules, whom: readonly Subject[], status: number | null): AuditedAct | null {
    const { apiKey } = request;
    // A link that we did not sign names nobody.
    if (apiKey === null && (rules.access.kind !== 'link' || whom.length === 0)) return null;
    return {
      at: app.clock.now(),
      act: rules.act ?? 'unknown',
      kind: rules.audited.kind === 'change' ? 'change' : 'read',
      actorKind: apiKey === null ? 'person' : 'api-key',
      actorId: apiKey?.id ?? null,
      whom,
      subject:
        rules.audited.kind === 'change' && rules.audited.about !== undefined ? rules.audited.about(request) : subjectOf(request, rules),
      requestId: request.id,
      status,
    };
  }
}

/** What the path names beside a person: an id of ours, or the name of what people name. Anything else may be somebody's address. */
function subjectOf({ params }: FastifyRequest, { act }: RouteRules): string | null {
  const named = /^(?:journey|journey-version|policy|template|breaker|secret)\./.test(act ?? '') ? nameLike : idLike;
  const { token: _token, ...parts } = (params ?? {}) as Readonly<Record<string, unknown>>;
  const said = Object.values(parts).filter((part) => typeof part === 'string' && named.test(part));
  return said.length === 0 || /^(?:profile|cart|consent|caps|engagement)\./.test(act ?? '') ? null : said.join('/');
}

const idLike = /^(?:[0-9a-z]{26}|[a-z2-7]{32})$/;
const nameLike = /^[a-z0-9][a-z0-9.-]{0,99}$/;
