import { once } from 'node:events';
import { createServer } from 'node:net';

const lowest = 18_000;
const highest = 30_000;

/**
 * Different ports on 127.0.0.1 that nobody listens on, below the kernel's range for outgoing connections: a server that
 * is killed and started again on one of them finds it free.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
