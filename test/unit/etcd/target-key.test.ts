import { describe, expect, it } from '@jest/globals';
import { targetKey } from '../../../src/etcd/target-key.ts';
import type { EtcdTarget } from '../../../src/etcd/types.ts';

const secret = Buffer.from('secret of this process');
const target: EtcdTarget = {
  endpoints: ['a:2379', 'b:2379'],
  auth: { username: 'milvus', password: 'hunter2' },
  tls: { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'etcd' },
};
const key = (changed: Partial<EtcdTarget> = {}): string => targetKey({ ...target, ...changed }, secret);

describe('the key of a target', () => {
  it('is the same for the same target, whatever the order and repetition of endpoints', () => {
    expect(key({ endpoints: ['b:2379', 'a:2379', 'b:2379'] })).toBe(key());
    expect(key({ auth: { password: 'hunter2', username: 'milvus' } })).toBe(key());
  });

  it('differs as soon as anything else does', () => {
    const keys = [
      key(),
      key({ endpoints: ['a:2379'] }),
      key({ auth: { username: 'milvus', password: 'hunter3' } }),
      key({ auth: { username: 'root', password: 'hunter2' } }),
      ...(['ca', 'cert', 'key', 'serverName'] as const).map((field) =>
        key({ tls: { ...target.tls, [field]: 'other' } }),
      ),
      key({ tls: { ...target.tls, minVersion: 'TLSv1.2' } }),
      key({ tls: { ...target.tls, minVersion: 'TLSv1.3' } }),
      targetKey({ endpoints: target.endpoints }, secret),
      targetKey({ endpoints: target.endpoints, tls: {} }, secret),
      targetKey(target, Buffer.from('secret of another process')),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('shows nothing of the password', () => {
    expect(key()).toMatch(/^[\w-]{43}$/);
  });
});
