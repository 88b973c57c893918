/** A TLS listener on loopback in front of a Temporal server, with certificates of its own authority. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, constants, createSecureServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** Paths, by name: `ca.pem`, `server.pem`, `client.key`. */
  path(name: string): string;
  text(name: string): string;
  remove(): void;
}

/** Two authorities, `ca` and `other`; a server's certificate for `temporal.test` and a client's, both by `ca`. */
export function createCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'estuary-tls-'));
  const openssl = (args: string): void => {
    execFileSync('openssl', args.split(' '), { cwd: folder, stdio: 'pipe' });
  };
  writeFileSync(join(folder, 'names.txt'), 'subjectAltName=DNS:temporal.test');
  const NEW_KEY = 'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  for (const ca of ['ca', 'other']) {
    openssl(`${NEW_KEY} -x509 -days 2 -subj /CN=${ca} -keyout ${ca}.key -out ${ca}.pem`);
  }
  for (const name of ['server', 'client']) {
    openssl(`${NEW_KEY} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`);
    openssl(
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names.txt -out ${name}.pem`,
    );
  }
  const path = (name: string): string => join(folder, name);
  return {
    path,
    text: (name) => readFileSync(path(name), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface TlsListener {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The `authorization` of every call so far, and by which library: its `user-agent`. */
  readonly calls: readonly { readonly client: string; readonly authorization: string | undefined }[];
  close(): void;
}

/** Passes gRPC calls on to `upstream`; demands a client certificate that `ca` has signed. */
export async function listenWithTls(upstream: string, certificates: Certificates): Promise<TlsListener> {
  const calls: { client: string; authorization: string | undefined }[] = [];
  const server = createSecureServer({
    key: certificates.text('server.key'),
    cert: certificates.text('server.pem'),
    ca: certificates.text('ca.pem'),
    requestCert: true,
    rejectUnauthorized: true,
  });
  const sessions = new Set<{ destroy(): void }>();
  const temporal = connect(`http://${upstream}`);
  sessions.add(temporal);
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
  });
  // A client that is refused, or that went away in the middle of a call, is what these tests are about.
  server.on('sessionError', () => {});
  server.on('stream', (stream, headers) => {
    calls.push({ client: String(headers['user-agent']), authorization: headers.authorization });
    const call = temporal.request({ ...withoutPseudoHeaders(headers), ...pseudoHeaders(headers) });
    let trailers: IncomingHttpHeaders = {};
    call.on('trailers', (received) => {
      trailers = received;
    });
    call.on('response', (received, flags) => {
      const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (!stream.destroyed) stream.respond(received, { waitForTrailers: !endStream, endStream });
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    call.on('error', () => stream.close(constants.NGHTTP2_CANCEL));
    stream.on('error', () => {});
    stream.on('aborted', () => call.close(constants.NGHTTP2_CANCEL));
    stream.pipe(call);
    call.pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => {
      server.close();
      for (const session of sessions) session.destroy();
    },
  };
}

const withoutPseudoHeaders = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));

const pseudoHeaders = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries([':method', ':path'].map((name) => [name, headers[name]]));
