import { describe, expect, test } from 'vitest';
import { isPublicAddress, networksOf } from '../../src/shop-api/public-address.js';

describe('an address that a call may go to', () => {
  test.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001:80e::200e'])(
    '%s is on the internet',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001::1',
    'localhost',
    '',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test('may be in a network that the operator names', () => {
    const isNamed = networksOf(['10.1.2.0/24', 'fd00::/8', '127.0.0.1']);
    expect(['10.1.2.9', 'fd12::1', '127.0.0.1'].map(isNamed)).toEqual([true, true, true]);
    expect(['10.1.3.9', 'fe80::1', '127.0.0.2', 'no address'].map(isNamed)).toEqual([false, false, false, false]);
  });
});
