import { electedRoles } from '../../milvus/arguments.ts';
import { MANAGEMENT_PORT, roleFacts } from '../../milvus/roles.ts';
import type { RenderInput } from './common.ts';

/** The ports a process of this role serves on: one gRPC port a role with a server of its own, and the management port. */
function ports({ role, version }: Pick<RenderInput, 'role' | 'version'>): readonly { name: string; port: number }[] {
  return [
    ...electedRoles(role, version).map((served) => ({ name: served, port: roleFacts[served].grpcPort })),
    { name: 'metrics', port: MANAGEMENT_PORT },
  ];
}

/**
 * `spec.ports` of a Service.
 *
 * @param isDeclared whether the container has a port of that name; pods the operator renders have all.
 */
export function servicePorts(
  input: RenderInput,
  isDeclared: (name: string) => boolean = () => true,
): readonly object[] {
  return ports(input).map(({ name, port }) => ({
    name,
    port,
    protocol: 'TCP',
    targetPort: isDeclared(name) ? name : port,
  }));
}

/** `ports` of the container. */
export function containerPorts(input: RenderInput): readonly object[] {
  return ports(input).map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' }));
}
