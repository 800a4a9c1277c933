import { collectDefaultMetrics, Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RequestReport } from '../../kube/http-session.ts';

/** The HTTP method of each verb: what client-go puts into the label `method`. */
const methods: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

/** rest_client_requests_total as client-go counts it: a call without an answer has the code `<error>`. */
export function restClientMetrics(registry: Registry): (report: RequestReport) => void {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls to the API server, by status code, method and host; code <error>: there was no answer.',
    labelNames: ['code', 'host', 'method'],
    registers: [registry],
  });
  return ({ verb, host, code }) =>
    requests.inc({ code: code === 0 ? '<error>' : code, host, method: methods[verb] ?? verb });
}

/** leader_election_master_status as client-go sets it. */
export function leaderElectionMetrics(registry: Registry, leaseName: string): (leading: boolean) => void {
  const status = new Gauge({
    name: 'leader_election_master_status',
    help: 'Whether this replica leads (1) or stands by (0).',
    labelNames: ['name'],
    registers: [registry],
  });
  status.set({ name: leaseName }, 0);
  return (leading) => status.set({ name: leaseName }, leading ? 1 : 0);
}

/** Counts the times the event loop stood still. */
export function stallMetrics(registry: Registry): (stalledMs: number) => void {
  const stalls = new Counter({
    name: 'coordinatorpair_event_loop_stalls_total',
    help: 'How often the event loop stood still for two seconds or longer; the log says what was under way.',
    registers: [registry],
  });
  const seconds = new Counter({
    name: 'coordinatorpair_event_loop_stalled_seconds_total',
    help: 'How long it stood still all together.',
    registers: [registry],
  });
  return (stalledMs) => {
    stalls.inc();
    seconds.inc(stalledMs / 1000);
  };
}

/** process_* and nodejs_* of this process, and which version of the operator it is. */
export function processMetrics(registry: Registry, version: string): void {
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'coordinatorpair_build_info',
    help: 'Always 1; the label says which version of the operator this is.',
    labelNames: ['version'],
    registers: [registry],
  });
  build.set({ version }, 1);
}
