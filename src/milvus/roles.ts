/** The coordinator roles by the names Milvus uses on its command line and in etcd. */
export const ROLES = ['rootcoord', 'querycoord', 'datacoord', 'indexcoord', 'mixcoord'] as const;

/** A coordinator role by the name Milvus uses. */
export type Role = (typeof ROLES)[number];

/** What differs between the roles wherever they are configured. */
export interface RoleFacts {
  /** The section of milvus.yaml, such as `rootCoord`. */
  readonly configSection: string;
  /** How environment variables of that section begin, such as `ROOT_COORD`. */
  readonly environmentPrefix: string;
  /** The port of its gRPC server by default (`<section>.port` in milvus.yaml). */
  readonly grpcPort: number;
}

/**
 * Section names and default ports of milvus.yaml, 2.2 to 2.6. mixcoord serves all of its roles on one gRPC server, on
 * the port of rootcoord (2.6).
 */
export const roleFacts: Readonly<Record<Role, RoleFacts>> = {
  rootcoord: { configSection: 'rootCoord', environmentPrefix: 'ROOT_COORD', grpcPort: 53100 },
  querycoord: { configSection: 'queryCoord', environmentPrefix: 'QUERY_COORD', grpcPort: 19531 },
  datacoord: { configSection: 'dataCoord', environmentPrefix: 'DATA_COORD', grpcPort: 13333 },
  indexcoord: { configSection: 'indexCoord', environmentPrefix: 'INDEX_COORD', grpcPort: 31000 },
  mixcoord: { configSection: 'mixCoord', environmentPrefix: 'MIX_COORD', grpcPort: 53100 },
};

/** The port of Milvus' management server: /healthz, /metrics, /management; `METRICS_PORT` moves it. */
export const MANAGEMENT_PORT = 9091;

/** Whether a text names a coordinator role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
