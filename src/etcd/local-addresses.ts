import { BlockList, isIP } from 'node:net';

/*
 * Addresses at which nobody but this machine, its link or its cloud answers: what listens there trusts whoever gets there.
 * An endpoint that a tenant names must not make the operator its messenger to them.
 */
const kinds: readonly (readonly [kind: string, ranges: readonly (readonly [address: string, bits: number])[]])[] = [
  // 127.0.0.0/8 and ::1: sidecars and the kubelet, where the pod is on the host's network.
  [
    'a loopback address',
    [
      ['127.0.0.0', 8],
      ['::1', 128],
    ],
  ],
  // Connecting to "any" reaches this machine itself (Linux).
  [
    'an unspecified address',
    [
      ['0.0.0.0', 8],
      ['::', 128],
    ],
  ],
  // RFC 3927, RFC 4291; 169.254.169.254 hands out credentials on AWS, Google Cloud, Azure and OpenStack.
  [
    'a link-local address',
    [
      ['169.254.0.0', 16],
      ['fe80::', 10],
    ],
  ],
  [
    'the address of a metadata service',
    // AWS over IPv6, Alibaba Cloud, Azure's wire server, Oracle Cloud.
    [
      ['fd00:ec2::254', 128],
      ['100.100.100.200', 32],
      ['168.63.129.16', 32],
      ['192.0.0.192', 32],
    ],
  ],
  [
    'a multicast address',
    [
      ['224.0.0.0', 4],
      ['ff00::', 8],
      ['255.255.255.255', 32],
    ],
  ],
];

const lists = kinds.map(([kind, ranges]) => {
  const list = new BlockList();
  for (const [address, bits] of ranges) list.addSubnet(address, bits, family(address));
  return { kind, list };
});

/**
 * What kind of address this is, where no etcd of a Milvus can be; undefined: none of them, or no IP address. An IPv4 address
 * inside an IPv6 one (`::ffff:127.0.0.1`) counts as the IPv4 address.
 */
export function localKindOf(address: string): string | undefined {
  const [bare = ''] = address.split('%');
  if (isIP(bare) === 0) return undefined;
  return lists.find(({ list }) => list.check(bare, family(bare)))?.kind;
}

function family(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
