import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import type { ConfigProblem } from './problem.ts';
import type { PemName } from './settings.ts';

/** What a TLS connection is made with; PEM. Without any of it: the certificates that the system trusts. */
export interface TlsMaterial {
  readonly serverNameOverride?: string;
  readonly serverRootCACertificate?: Buffer;
  readonly clientCertPair?: { readonly crt: Buffer; readonly key: Buffer };
}

export type Tls =
  | { readonly tls: false | TlsMaterial; readonly problem?: never }
  | { readonly tls?: never; readonly problem: ConfigProblem };

/** Reads the certificates and the key that are configured, if TLS is on; says what is wrong with the first that is. */
export function readTls({ temporal, sources }: Config): Tls {
  if (!temporal.tls) return { tls: false };
  const read: { [name in PemName]?: Buffer } = {};
  for (const name of Object.keys(temporal.tlsFiles) as PemName[]) {
    const source = temporal.tlsFiles[name];
    if (source === undefined) continue;
    const where = sources[source.setting];
    const told = 'path' in source ? source.path : 'the text';
    try {
      read[name] = 'path' in source ? readFileSync(source.path) : Buffer.from(source.data);
    } catch (error) {
      return {
        problem: {
          code: 'unreadable-file',
          where,
          message: `${source.setting}: ${(error as Error).message}`,
        },
      };
    }
    try {
      if (name === 'client_key') createPrivateKey(read[name]);
      else new X509Certificate(read[name]);
    } catch {
      const expected = name === 'client_key' ? 'private key without passphrase' : 'certificate';
      const message = `${told} is not ${source.setting.replace(/_(path|data)$/, '')}: expected a ${expected} in PEM`;
      return { problem: { code: 'invalid-setting', where, message } };
    }
  }
  const { server_ca_cert: ca, client_cert: crt, client_key: key } = read;
  if ((crt === undefined) !== (key === undefined)) {
    const [has, lacks] = crt
      ? (['client_cert', 'client_key'] as const)
      : (['client_key', 'client_cert'] as const);
    return {
      problem: {
        code: 'half-configured',
        where: sources[temporal.tlsFiles[has]!.setting],
        message: `temporal.tls_${has} is set, but temporal.tls_${lacks} is not; mutual TLS needs both`,
        hint: `set TEMPORAL_TLS_${lacks.toUpperCase()}_PATH as well`,
      },
    };
  }
  return {
    tls: {
      ...(temporal.tlsServerName !== undefined && { serverNameOverride: temporal.tlsServerName }),
      ...(ca && { serverRootCACertificate: ca }),
      ...(crt && key && { clientCertPair: { crt, key } }),
    },
  };
}
