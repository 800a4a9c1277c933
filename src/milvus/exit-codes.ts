/**
 * How a Milvus process of 3.x ends when it has lost its session, so that etcd's troubles can be told from its own
 * (`ExitCodeEtcd`). Older versions end with 0 (up to 2.3) or 1 (2.4 to 2.6) in the same case, as they do otherwise too.
 */
export const EXIT_CODE_ETCD = 80;
