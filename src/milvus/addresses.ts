import { isIPv4, isIPv6 } from 'node:net';

/**
 * A host in the one form in which two spellings of it are the same text: IPv6 compressed and in lower case (RFC 5952),
 * without brackets and zone; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) as IPv4; a name in lower case.
 */
export function canonicalHost(host: string): string {
  const bare = (host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host).replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare.toLowerCase();
  const compressed = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed);
  if (!mapped) return compressed;
  const [high, low] = [mapped[1], mapped[2]].map((digits = '0') => Number.parseInt(digits, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** What is odd about an address that other pods are to reach; undefined: nothing is. */
export function unreachableKind(host: string): 'loopback' | 'link-local' | 'unspecified' | undefined {
  const address = canonicalHost(host);
  if (address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.')))
    return 'loopback';
  if (address.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/.test(address)) return 'link-local';
  return address === '0.0.0.0' || address === '::' ? 'unspecified' : undefined;
}
