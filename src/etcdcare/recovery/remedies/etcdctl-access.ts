import type { EtcdGuard } from '../../../api/etcd-guard.ts';
import type { KubeClient } from '../../../kube/client.ts';
import type { Secret } from '../../../kube/core-types.ts';
import { secretKind } from '../../../kube/kinds.ts';
import type { ScriptJobOptions } from '../../volumes/script-job.ts';

/** Where the guard's client certificates are mounted in a Job. */
const CERTIFICATES = '/certificates';

/** What a Job needs so that etcdctl in it may talk to etcd. */
export type EtcdctlAccess = Pick<ScriptJobOptions, 'secretEnv' | 'secretFiles'> & {
  readonly env: Readonly<Record<string, string>>;
};

/** The user of a guard, for an etcd on a copy: users are in the copy, too. */
export function etcdctlUser({ spec: { auth } }: EtcdGuard): Pick<EtcdctlAccess, 'secretEnv'> {
  if (!auth) return {};
  return {
    secretEnv: {
      ETCDCTL_USER: { name: auth.secretName, key: 'username' },
      ETCDCTL_PASSWORD: { name: auth.secretName, key: 'password' },
    },
  };
}

/** The user and the certificates of a guard. @throws ApiError */
export async function etcdctlAccess(
  client: Pick<KubeClient, 'get'>,
  guard: EtcdGuard,
  signal: AbortSignal,
): Promise<EtcdctlAccess> {
  const { clientTLS } = guard.spec;
  const user = etcdctlUser(guard);
  if (!clientTLS) return { env: {}, ...user };
  const { secretName } = clientTLS;
  const secret = await client.get<Secret>(secretKind, secretName, guard.metadata.namespace, { signal });
  const own = secret?.data?.['tls.crt'] !== undefined;
  return {
    env: {
      ETCDCTL_CACERT: `${CERTIFICATES}/ca.crt`,
      ...(own ? { ETCDCTL_CERT: `${CERTIFICATES}/tls.crt`, ETCDCTL_KEY: `${CERTIFICATES}/tls.key` } : {}),
    },
    ...user,
    secretFiles: [{ secretName, mountPath: CERTIFICATES }],
  };
}
