// Reads ./package.json and refuses what cannot work, before anything is downloaded.
const fs = require('node:fs');
const path = require('node:path');

const fail = (text) => {
  console.error(text);
  process.exit(1);
};

let app;
try {
  app = JSON.parse(fs.readFileSync('package.json', 'utf8'));
} catch (e) {
  fail(`package.json is no valid JSON: ${e.message}`);
}

const wanted = app.engines && app.engines.node;
if (wanted) {
  // npm brings the library that the range language is defined by; distributions put it in different places.
  const npm = fs.realpathSync(process.env.PATH.split(':').map((d) => path.join(d, 'npm')).find(fs.existsSync));
  const places = [path.resolve(npm, '../../node_modules/semver'), '/usr/share/nodejs/semver'];
  const semver = require(places.find(fs.existsSync));
  if (!semver.validRange(wanted)) {
    fail(`package.json: engines.node is no version range: "${wanted}"`);
  }
  if (!semver.satisfies(process.version, wanted)) {
    fail(`package.json asks for Node.js "${wanted}" (engines.node), this host has ${process.version}.`);
  }
}
