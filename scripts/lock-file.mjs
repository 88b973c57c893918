import { readFileSync } from 'node:fs';

/**
 * The parts for some platform that a package of the lock file asks for and that the lock file does not hold, each as
 * `package → part`. npm writes such a lock file when the registry has a package before all of its parts, and
 * `npm ci` then refuses it on the platform concerned.
 */
export function missingParts(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) => {
    return Object.keys(optionalDependencies)
      .filter((part) => !placesFor(path, part).some((place) => place in packages))
      .map((part) => `${path || 'package.json'} → ${part}`);
  });
}

/** Where Node looks for `name` from the package at `path`: its own node_modules first, the root's last. */
function placesFor(path, name) {
  const above = path.split('node_modules/').slice(0, -1).join('node_modules/').replace(/\/$/, '');
  const own = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
  return path === '' ? [own] : [own, ...placesFor(above, name)];
}
