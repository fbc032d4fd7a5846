import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Loopback, link-local, private (RFC 1918, 4193) and shared (RFC 6598) addresses: a proxy's or a neighbour's, and nobody's proof. */
const ownAddresses = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  ownAddresses.addSubnet(network, prefix, 'ipv4');
ownAddresses.addAddress('::1', 'ipv6');
ownAddresses.addSubnet('fc00::', 7, 'ipv6');
ownAddresses.addSubnet('fe80::', 10, 'ipv6');

/**
 * The address that a person came from, to be kept as proof of what they did. Null rather than a proxy's, or one that the sender made up: it
 * is known only where a proxy of SOJOURN_TRUST_PROXY tells it, or where nothing hints at a proxy and the peer is out on the internet.
 */
export function callerAddress(request: Pick<FastifyRequest, 'ip' | 'ips' | 'headers'>): string | null {
  const { ips, headers } = request;
  const cameByProxy = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  // With trusted proxies `ips` is the way back to the first that is not one of them: alone, it is the peer itself.
  const isKnown = ips === undefined ? !cameByProxy : ips.length > 1;
  // A connection that is cut has no address any more.
  const address = asPlain(String(request.ip));
  const family = isIP(address);
  if (!isKnown || family === 0 || ownAddresses.check(address, family === 4 ? 'ipv4' : 'ipv6')) return null;
  return address;
}

/** Some proxies tell `198.51.100.23:50123` or `[2001:db8::7]:50123`; sockets for both families say `::ffff:198.51.100.23`. */
function asPlain(address: string): string {
  return address
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/^\[(.+)\](?::\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+(?:\.\d+){3}$)/i, '');
}
