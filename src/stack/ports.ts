import { connect, createServer } from 'node:net';

/**
 * Which ports to try, in order: the one that was asked for (0: any will do), else the one that the server had
 * before, so that who still has the old address finds the new server, else the usual one.
 */
export function portWishes(asked: number | undefined, former: number | undefined, usual: number): number[] {
  if (asked) return [asked];
  return [...(former === undefined ? [] : [former]), asked ?? usual];
}

/** The first of `preferred` that is free on loopback, else any free port; 0 among them stands for any. */
export async function freePort(preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    if (port === 0) break;
    // Binding alone does not tell everywhere: macOS lets a loopback address be bound beside a wildcard listener.
    if (!(await answers(port)) && (await tryToBind(port)) !== undefined) return port;
  }
  const any = await tryToBind(0);
  if (any === undefined) throw new Error('the system gave no free port on 127.0.0.1');
  return any;
}

function tryToBind(port: number): Promise<number | undefined> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', () => settle(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** Whether something accepts connections on this loopback port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const done = (answer: boolean) => () => {
      socket.destroy();
      settle(answer);
    };
    socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
  });
}
