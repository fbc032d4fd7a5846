import type { FastifyReply, FastifyRequest } from 'fastify';
import { openTo } from '../access.js';

export const preflight = openTo({ kind: 'open', internal: false });

/** Events come from the shop's pages too, which are of another origin than we. */
export async function openToPages(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'retry-after');
}

export async function answerPreflight(_request: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'GET, POST, OPTIONS')
    .header('access-control-allow-headers', 'authorization, content-type, content-encoding')
    .header('access-control-max-age', '86400')
    .send();
}
