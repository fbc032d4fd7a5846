import { isIPv6 } from 'node:net';

/**
 * The group of addresses that a caller shares its places with: an IPv4 address, or the /64 network that one IPv6 subscriber has all of. For
 * sharing out what is scarce, never as proof: behind a proxy that SOJOURN_TRUST_PROXY does not name all callers are one.
 */
export function shareOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
