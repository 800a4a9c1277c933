import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { progress } from './cache.ts';
import { startCluster } from './cluster.ts';
import { readyNodes } from './control-plane.ts';
import { adminKubeconfig, apiServerUrl } from './kubeconfig.ts';
import { clustersRoot, defaultClusterName } from './plan.ts';
import { isAlive } from './process.ts';
import { removeCluster } from './remove.ts';
import { ClusterState } from './state.ts';

const usage = `usage: node test/cluster/cli.ts COMMAND [--name NAME]
  up          start a cluster and leave it running (default name: ${defaultClusterName})
  down        remove it with everything it made
  status      say what runs
  kubeconfig  print the path of its kubeconfig`;

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { name: { type: 'string', default: defaultClusterName }, nodes: { type: 'string', default: '3' } },
  });
  const { name } = values;
  switch (positionals[0]) {
    case 'up': {
      const cluster = await startCluster({ name, nodes: Number(values.nodes), keep: true });
      print(`export KUBECONFIG=${cluster.kubeconfigPath}`);
      return 0;
    }
    case 'down':
      await removeCluster(name);
      progress(`cluster ${name} is removed`);
      return 0;
    case 'status':
      return status(name);
    case 'kubeconfig': {
      const state = ClusterState.read(name);
      if (!state) return fail(noCluster(name));
      print(adminKubeconfig(state.plan));
      return 0;
    }
    default:
      return fail(usage);
  }
}

async function status(name: string): Promise<number> {
  const state = ClusterState.read(name);
  if (!state) return fail(noCluster(name));
  const { plan, daemons } = state.current;
  print(`cluster ${name}: API server ${apiServerUrl(plan)}, kubeconfig ${adminKubeconfig(plan)}`);
  const ready = await readyNodes(plan).catch((): string[] => []);
  for (const node of plan.nodes) print(`${node.name}: ${ready.includes(node.name) ? 'Ready' : 'not Ready'}`);
  for (const [daemon, { id }] of Object.entries(daemons))
    print(`${daemon}: ${isAlive(id) ? `process ${id.pid}` : 'not running'}`);
  return 0;
}

function noCluster(name: string): string {
  const others = readNames();
  return `no cluster ${name} on this machine${others.length > 0 ? `; there are: ${others.join(', ')}` : ''}`;
}

function readNames(): string[] {
  try {
    return readdirSync(clustersRoot()).filter((entry) => !entry.startsWith('.'));
  } catch {
    return [];
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`);

function fail(line: string): number {
  progress(line);
  return 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = fail(error instanceof Error ? error.message : String(error));
}
