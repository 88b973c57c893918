// Imported before all else: an older Node would fail later, with a message that helps nobody.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 3)) {
  console.error(`Estuary needs Node 20.3 or newer; this is ${process.version} (${process.execPath}).`);
  console.error('Install a current one from https://nodejs.org, or with a version manager: nvm install 22');
  process.exit(1);
}
