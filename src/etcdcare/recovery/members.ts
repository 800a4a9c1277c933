import { isDeepStrictEqual } from 'node:util';
import type { ConnectAdmin, MemberAdmin } from '../../etcd/member-admin.ts';
import type { EtcdMemberClient } from '../../etcd/member-client.ts';
import type { EtcdTarget } from '../../etcd/types.ts';
import { memberTarget } from '../member-target.ts';
import { accessFor, type SecretReader } from '../observe.ts';
import { WorldUnseen } from './remedy.ts';
import type { EtcdWorld } from './world.ts';

/** Clients of the members of one etcd that can change them; each is opened when it is first asked for. */
export class Members implements Disposable {
  readonly #connect: ConnectAdmin;
  readonly #secrets: SecretReader;
  readonly #open = new Map<string, { readonly target: EtcdTarget; readonly client: EtcdMemberClient & MemberAdmin }>();

  constructor(connect: ConnectAdmin, secrets: SecretReader) {
    this.#connect = connect;
    this.#secrets = secrets;
  }

  /** @throws WorldUnseen when its pod has no address or credentials lack; ApiError */
  async of({ guard, facts }: EtcdWorld, podName: string): Promise<EtcdMemberClient & MemberAdmin> {
    const pod = facts.pods.find(({ name }) => name === podName);
    if (pod?.ip === undefined) throw new WorldUnseen(`pod ${podName} has no address yet`);
    const access = await accessFor(guard, facts.setup, { secrets: this.#secrets });
    if ('problem' in access) throw new WorldUnseen(access.problem);
    const target = memberTarget(access, facts.setup, { name: podName, ip: pod.ip });
    const known = this.#open.get(podName);
    if (known && isDeepStrictEqual(known.target, target)) return known.client;
    known?.client[Symbol.dispose]();
    const client = this.#connect(target);
    this.#open.set(podName, { target, client });
    return client;
  }

  [Symbol.dispose](): void {
    for (const { client } of this.#open.values()) client[Symbol.dispose]();
    this.#open.clear();
  }
}
