import { describe, expect, it } from '@jest/globals';
import { lastWords, waitingWords } from '../../../src/milvus/last-words.ts';

/** An error as Milvus logs it: time, place, message, error, stack. */
const zap = (message: string, error: string, field = 'error') =>
  `[2026/11/30 20:00:52.731 +00:00] [ERROR] [components/root_coord.go:53] ["${message}"] [${field}="${error}"] [stack="github.com/milvus-io/milvus/cmd/components.(*RootCoord).Run\\n\\t/go/src/root_coord.go:53"]`;

/** What Go writes below a panic: one goroutine (exit code 2), or with SIGABRT all of them. */
const stack = `
goroutine 1 [running]:
github.com/milvus-io/milvus/internal/util/paramtable.(*EtcdConfig).initKvRootPath(0xc0001c3400)
\t/go/src/github.com/milvus-io/milvus/internal/util/paramtable/service_param.go:162 +0xf1
created by go.etcd.io/etcd/client/v3.newClient
\t/go/pkg/mod/go.etcd.io/etcd/client/v3@v3.5.5/client.go:450 +0x111c
`;
const refused = 'Get "http://127.0.0.1:9/none/?location=": dial tcp 127.0.0.1:9: connect: connection refused';
const escaped = refused.replaceAll('"', '\\"');

describe('what a coordinator says as it ends', () => {
  // Each written by a real server that was made to fail so, 2.2.16 or 2.3.5 where it says nothing else.
  it.each([
    [
      'Milvus 2.2 without etcd.kvSubPath',
      `[2026/11/30 19:59:12.304 +00:00] [INFO] [paramtable/quota_param.go:787] ["init disk quota"]\npanic: key not found: etcd.kvSubPath\n${stack}`,
      'panic: key not found: etcd.kvSubPath',
      /ETCD_KV_SUB_PATH to kv/,
    ],
    [
      'another setting that is missing',
      `panic: invalid keys: [msgChannel.chanNamePrefix.cluster common.chanNamePrefix.cluster]\n${stack}`,
      'panic: invalid keys: [msgChannel.chanNamePrefix.cluster common.chanNamePrefix.cluster]',
      /lacks a setting/,
    ],
    [
      'an object store that does not answer (2.3)',
      `${zap('DataCoord starts error', `attempt #0: ${escaped}: attempt #1: ${escaped}`)}\npanic: attempt #0: ${refused}: attempt #1: ${refused}: attempt #2: ${refused}\n${stack}`,
      `panic: ${refused}`,
      /minio\.address/,
    ],
    [
      'an object store that does not answer (2.2), which says so on the line below',
      `panic: All attempts results:\nattempt #1:${refused}\nattempt #2:${refused}\n${stack}`,
      `panic: ${refused}`,
      /minio\.address/,
    ],
    [
      'a port that is taken',
      `${zap('GrpcServer:failed to listen', 'listen tcp :53206: bind: address already in use')}\npanic: listen tcp :53206: bind: address already in use\n${stack}`,
      'panic: listen tcp :53206: bind: address already in use',
      /has the port/,
    ],
    [
      'a role that another one holds, without active-standby',
      `panic: attempt #0: function CompareAndSwap error for compare is false for key: rootcoord: attempt #1: function CompareAndSwap error for compare is false for key: rootcoord\n${stack}`,
      'panic: function CompareAndSwap error for compare is false for key: rootcoord',
      /active-standby does not reach it/,
    ],
    [
      'a message queue for standalone',
      `panic: mq %!s(MISSING) is only valid in standalone mode\n${stack}`,
      'panic: mq %!s(MISSING) is only valid in standalone mode',
      /rocksmq/,
    ],
    [
      'certificates that are not there',
      `panic: load etcd cert key pair error: open /milvus/etcd-tls/tls.crt: no such file or directory\n${stack}`,
      'panic: load etcd cert key pair error: open /milvus/etcd-tls/tls.crt: no such file or directory',
      /etcd\.tls/,
    ],
    [
      'certificates that are not there (2.2), which are logged as INFO far above the fault that they lead to',
      `[2026/12/01 04:10:00.715 +00:00] [INFO] [paramtable/base_table.go:176] ["init with etcd failed"] [error="load etcd cert key pair error: tls: failed to find any PEM data in certificate input"] [errorVerbose="tls: failed to find any PEM data"]\npanic: runtime error: invalid memory address or nil pointer dereference\n${stack}`,
      'init with etcd failed: load etcd cert key pair error: tls: failed to find any PEM data in certificate input',
      /etcd\.tls/,
    ],
    [
      'a CA that is not there',
      `panic: load etcd CACert file error, filename = /none: open /none: no such file or directory\n${stack}`,
      'panic: load etcd CACert file error, filename = /none: open /none: no such file or directory',
      /etcd\.tls/,
    ],
    [
      'a fault of Milvus with nothing above it that is known',
      `${zap('etcd went away for a moment', 'etcdserver: user name is empty')}\npanic: runtime error: index out of range [1] with length 1\n${stack}`,
      'panic: runtime error: index out of range [1] with length 1',
      undefined,
    ],
    [
      'an older Milvus below a version key (2.6.18, as milvus#50694 has it)',
      `panic: current version(2.6.18), session version(3.0.0-beta): session version check failure\n${stack}`,
      'panic: current version(2.6.18), session version(3.0.0-beta): session version check failure',
      /go back to the newer image/,
    ],
    ['something new', `panic: a fault of tomorrow\n${stack}`, 'panic: a fault of tomorrow', undefined],
    [
      'an error without a panic, by its message and its error',
      `${zap('QueryCoord starts error', 'no such \\"thing\\"')}\nbye`,
      'QueryCoord starts error: no such "thing"',
      undefined,
    ],
    [
      'the complaint of a shell, where Milvus itself said nothing',
      'starting\n/bin/sh: 1: exec: milvus: not found',
      '/bin/sh: 1: exec: milvus: not found',
      undefined,
    ],
  ])('%s', (_, log, line, meaning) => {
    const words = lastWords(log);
    expect(words?.line).toBe(line);
    if (meaning) expect(words?.meaning).toMatch(meaning);
    else expect(words).not.toHaveProperty('meaning');
  });

  it.each([
    ['is empty', ''],
    ['is the end of a dump of all goroutines, as the last 2048 bytes of 2.3.5 are', stack.repeat(9).slice(-2_048)],
    [
      'has news alone, though one speaks of an error',
      `starting\n${zap('no error so far', 'none').replace('ERROR', 'INFO')}\n[x] [WARN] [a.go:1] ["RPC failed"]`,
    ],
    ['has no complaint', 'Welcome to use Milvus!\nopen pid file: /run/milvus/rootcoord.pid'],
    ['is a piece of one line', 'a/paramtable/service_param.go:66 +0x12d'],
  ])('is not known where the text %s', (_, text) => {
    expect(lastWords(text)).toBeUndefined();
  });

  it('has a bounded length, however long the line', () => {
    expect(lastWords(`panic: ${'x'.repeat(1_000_000)}`)?.line).toHaveLength(300);
  });
});

describe('what a coordinator waits for', () => {
  const pulsar =
    'time="2026-11-30T19:57:43Z" level=warning msg="Failed to connect to broker." error="dial tcp 127.0.0.1:1: connect: connection refused" remote_addr="pulsar://127.0.0.1:1"';

  it.each([
    [
      'etcd',
      zap('retry func failed', 'context deadline exceeded').replace('root_coord', 'session_util'),
      /etcd does not/,
    ],
    ['a login for etcd', zap('retry func failed', 'etcdserver: user name is empty'), /etcd wants a login/],
    ['Kafka', zap('kafka error', '1/1 brokers are down', '"error msg"'), /Kafka does not answer/],
    ['Pulsar', pulsar, /Pulsar does not answer/],
  ])('is %s', (_, line, meaning) => {
    expect(waitingWords(`starting\n${line}\nmore`)?.meaning).toMatch(meaning);
  });

  it('is told in the words of the client of etcd, without its JSON', () => {
    const line = JSON.stringify({
      level: 'warn',
      logger: 'etcd-client',
      caller: 'v3@v3.5.5/retry_interceptor.go:62',
      msg: 'retrying of unary invoker failed',
      target: 'etcd-endpoints://0xc0006ea000/127.0.0.1:1',
      attempt: 0,
      error:
        'rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = "transport: Error while dialing dial tcp 127.0.0.1:1: connect: connection refused"',
    });
    expect(waitingWords(line)).toEqual({
      line: 'retrying of unary invoker failed: rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = "transport: Error while dialing dial tcp 127.0.0.1:1: connect: connection refused"',
      meaning: expect.stringContaining('etcd does not answer Milvus'),
    });
    expect(waitingWords(`${line.slice(0, -1)}, and what is no JSON`)?.line).toMatch(/^\{"level"/);
  });

  it('is not known from an error that it may live with', () => {
    expect(waitingWords(zap('proxy not found', 'none'))).toBeUndefined();
  });
});
