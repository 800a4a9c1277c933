import { expect } from '@jest/globals';
import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import { coordinatorPairKind, etcdGuardKind } from '../../../src/api/names.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podKind } from '../../../src/kube/kinds.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { until } from '../../support/until.ts';
import { inWords, operatorWrites, writesOf } from '../support/audit.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { Kubectl } from '../support/kubectl.ts';
import { operatorSelector } from '../support/operator.ts';
import { scenario } from '../support/scenario.ts';
import type { Scene } from '../support/scene.ts';
import { operatorName, operatorNamespace } from '../support/settings.ts';
import { allowedToEdit, refusedToEdit } from '../support/what-edit-allows.ts';

scenario(
  'one tenant does all that edit allows: the pair of another fails over as ever, and nothing elsewhere is written',
  async (scene) => {
    const { cluster, namespace } = scene;
    const etcd = await scene.startEtcd(3);
    const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 60 });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    await pair.untilSteady();
    await pair.untilBound();
    const processes = await operatorProcesses(scene);
    const sinceMs = Date.now();
    await using rough = await RoughTenant.arrive(scene);
    await rough.doItsWorst();
    await rough.untilAnswered();

    const { active: before } = await pair.status();
    const killedMs = Date.now();
    await cluster.killContainer({ namespace, pod: before?.podName ?? '' });
    // The lease alone would take up to 60 s.
    const elected = await witness.next(before?.serverID, { timeoutMs: 20_000 });
    scene.measurements['failoverMs'] = elected.atMs - killedMs;
    const { status } = await pair.untilSteady();
    expect(status?.lastFailover).toMatchObject({ reason: 'ActiveProcessEnded', how: 'LeaseRevoked' });

    const writes = await operatorWrites(cluster, { sinceMs });
    scene.measurements['writes'] = writes.length;
    const allowed = [
      ...['pods', 'coordinatorpairs/status', 'events'].map((resource) => `${namespace} ${resource}`),
      `${operatorNamespace} leases`,
    ];
    const elsewhere = writes.filter(
      (write) => write.namespace !== rough.namespace && !allowed.includes(`${write.namespace} ${resourceOf(write)}`),
    );
    expect(elsewhere.map(inWords)).toEqual([]);
    expect((await rough.writesOutside(sinceMs)).map(inWords)).toEqual([]);
    expect(await operatorProcesses(scene)).toEqual(processes);
  },
  { timeoutMs: 600_000 },
);

const resourceOf = ({
  resource,
  subresource,
}: {
  readonly resource: string;
  readonly subresource: string | undefined;
}) => (subresource === undefined ? resource : `${resource}/${subresource}`);

/** Who may do what the role `edit` allows in a namespace of its own. */
class RoughTenant implements AsyncDisposable {
  readonly namespace: string;
  readonly #scene: Scene;
  readonly #admin: Kubectl;
  readonly #kubectl: Kubectl;
  readonly #user: string;

  private constructor(scene: Scene) {
    this.namespace = `${scene.namespace}-rough`;
    this.#scene = scene;
    this.#admin = new Kubectl(scene.cluster.kubeconfigPath);
    this.#kubectl = new Kubectl(scene.cluster.kubeconfigPath, this.namespace);
    this.#user = `system:serviceaccount:${this.namespace}:rough`;
  }

  static async arrive(scene: Scene): Promise<RoughTenant> {
    const tenant = new RoughTenant(scene);
    await tenant.#admin.run(['create', 'namespace', tenant.namespace]);
    await tenant.#kubectl.run(['create', 'serviceaccount', 'rough']);
    const account = `--serviceaccount=${tenant.namespace}:rough`;
    await tenant.#kubectl.run(['create', 'rolebinding', 'rough', '--clusterrole=edit', account]);
    return tenant;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.run(['delete', 'namespace', this.namespace, '--wait=false']);
  }

  async doItsWorst(): Promise<void> {
    const apply = ['--as', this.#user, 'apply', '--server-side', '--filename', '-'];
    const items = allowedToEdit({ etcdImage: await imageOfEtcd(this.#scene), victim: this.#scene.namespace });
    await this.#kubectl.run(apply, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    for (const { object, words } of refusedToEdit())
      expect(await this.#kubectl.refusal(apply, JSON.stringify(object))).toContain(words);
    const elsewhere = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', namespace: this.#scene.namespace },
    };
    expect(await this.#admin.refusal(apply, JSON.stringify(elsewhere))).toContain('is forbidden');
  }

  /** Until the operator has said something of each pair and each guard, and of what is too much in its words. */
  async untilAnswered(): Promise<void> {
    const { client } = this.#scene;
    const { namespace } = this;
    await until(
      'every object of the rough tenant to have a status',
      async () => {
        const { items: pairs } = await client.list<CoordinatorPair & KubeObject>(coordinatorPairKind, { namespace });
        const { items: guards } = await client.list<EtcdGuard & KubeObject>(etcdGuardKind, { namespace });
        const tooLarge = pairs.filter(({ status }) =>
          status?.conditions?.some(({ reason }) => reason === 'ConfigTooLarge'),
        );
        return tooLarge.length === 3 && [...pairs, ...guards].every(({ status }) => status?.conditions?.length);
      },
      { timeoutMs: 180_000, everyMs: 500 },
    );
  }

  async writesOutside(sinceMs: number): Promise<Awaited<ReturnType<typeof writesOf>>> {
    const writes = await writesOf(this.#scene.cluster, this.#user, { sinceMs });
    return writes.filter(({ namespace, code }) => namespace !== this.namespace && code < 400);
  }
}

async function imageOfEtcd({ kubectl }: Scene): Promise<string> {
  return kubectl.run(['get', 'statefulset', 'etcd', '--output', 'jsonpath={.spec.template.spec.containers[0].image}']);
}

/** Which operators run, and how often each was started. */
async function operatorProcesses({ client }: Scene): Promise<readonly string[]> {
  const { items } = await client.list<Pod>(podKind, { namespace: operatorNamespace, labelSelector: operatorSelector });
  const starts = items.map(({ metadata, status }) => `${metadata.uid} ${status?.containerStatuses?.[0]?.restartCount}`);
  if (starts.length === 0) throw new Error(`no pod of ${operatorName} runs`);
  return starts.sort();
}
