import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment } from '../../../lib/cli/account/environment.js';
import { cleanUp, emptyFolder, MAIN, run, runCommand, wideLines } from './support/command.js';

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0;
if (!hasPython)
  console.warn('No test looks at colours: python3, which makes a terminal, is missing.');
const itOnLinux = process.platform === 'linux' ? it : it.skip;
const itWithTerminal = hasPython ? it : it.skip;

let folder: string;

beforeEach(async () => {
  folder = await emptyFolder();
});

afterEach(cleanUp);

/** Runs the program, and fails if it prints more than 80 columns. */
const call = async (...args: readonly string[]) => {
  const { printed, ended } = runCommand(args, folder);
  const { code, stdout, stderr } = await ended;
  expect(wideLines(printed.stdout + printed.stderr)).toEqual([]);
  return { code, stdout, stderr };
};

/** Runs a line of a shell, in which "$0" "$1" is the program. */
const inShell = (line: string) => run('sh', ['-c', line, process.execPath, MAIN], folder).ended;

/** What it prints without arguments on a terminal, which alone decides on colours: `CI` would, too. */
const onTerminal = async (...variables: readonly string[]) => {
  const spawn = 'import pty, sys; pty.spawn(sys.argv[1:])';
  const program = ['env', '-i', 'TERM=xterm-256color', ...variables, process.execPath, MAIN];
  return (await run('python3', ['-c', spawn, ...program], folder).ended).stdout;
};

describe('the command', () => {
  it.each([
    '--help',
    '-h',
    'help',
    'simulator --help',
    'simulator --port 1 -h',
    'help simulator',
    'doctor --help',
    'status --help',
    'unblock --help',
    'logout --help',
    'certificate --help',
  ])('explains itself in 80 columns without colours for %s', async (args) => {
    const { code, stdout, stderr } = await call(...args.split(' '));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: nestjs-betfair-session /);
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [[], /^Error: The command is missing\.$/m],
    [['simulate'], /^Error: There is no command "simulate"\. Did you mean simulator\?$/m],
    [['Docter'], /^Error: There is no command "Docter"\. Did you mean doctor\?$/m],
    [['help', 'stauts'], /^Error: There is no command "stauts"\. Did you mean status\?$/m],
    [['toString'], /^Error: There is no command "toString"\.$/m],
  ])('lists the commands for %j, with exit code 2', async (args, error) => {
    const { code, stdout, stderr } = await call(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(error);
    expect(stderr).toMatch(/^Commands:\n {2}doctor {7}\S(.*\n)+ {2}simulator {4}\S/m);
  });

  it.each([
    ['--prot=1', 'There is no option --prot. Did you mean --port? The options are: --port, --dir,'],
    ['-p', 'There is no option -p. The options are'],
    ['--no-port', 'There is no option --no-port. The options are'],
    ['8443', '"8443" is not an option. The options are'],
    ['--port', '--port needs a value.'],
    ['--dir=', '--dir needs a value.'],
    ['--port --dir', '--port needs a value, but --dir follows it.'],
    ['--port -1', '--port needs a value, but -1 follows it.'],
    ['--port 65534', '--port 65534: must be a number from 0 to 65533; the two ports after it'],
    ['--port http', '--port http: must be a number from 0 to 65533'],
    ["--dir o'brien", '/o\'brien" contains a quote, a "$" or a control character'],
    ['--dir a$b', 'a$b" contains a quote, a "$" or a control character'],
    ['--end-sessions-every 10', '--end-sessions-every 10: must be a number with its unit'],
    ['--end-sessions-every 0s', '--end-sessions-every 0s: must be a number with its unit'],
    ['--end-sessions-every 597h', '--end-sessions-every 597h: must be a number with its unit'],
    ['--fail keepAlive', '--fail keepAlive: must be <endpoint>=<fault>, such as keepAlive=503.'],
    ['--fail =503', '--fail =503: there is no endpoint "". The endpoints are: certLogin, login,'],
    ['--fail stream=503', '--fail stream=503: there is no endpoint "stream".'],
    ['--fail api=', '--fail api=: there is no fault "". The faults are: a status from 200 to 599,'],
    ['--fail api=600', '--fail api=600: there is no fault "600".'],
    ['--fail api=slow', '--fail api=slow: there is no fault "slow".'],
    ['--fail api=slow:', '--fail api=slow:: must have whole milliseconds'],
    ['--fail api=slow:1.5', '--fail api=slow:1.5: must have whole milliseconds'],
    ['--fail api=503x0', '--fail api=503x0: the number after "x" must be at least 1'],
    ['--fail api=503x', '--fail api=503x: there is no fault "503x".'],
  ])('refuses simulator %s with exit code 2, and starts nothing', async (args, error) => {
    const { code, stdout, stderr } = await call('simulator', ...args.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(error);
    expect(stderr).toMatch(/^Error: .*\n\n/);
    expect(stderr).toContain('nestjs-betfair-session simulator --help');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['doctor --jsno', 'There is no option --jsno. Did you mean --json? The options are:'],
    ['doctor --envfile .env', 'There is no option --envfile. Did you mean --env-file?'],
    ['doctor --json=yes', '--json takes no value.'],
    ['doctor --env-file', '--env-file needs a value.'],
    ['doctor --prefix betfair', '--prefix: must be capital letters and end with "_"'],
    ['status --login', 'There is no option --login. The options are:'],
    ['unblock all', '"all" is not an option.'],
    ['logout --yess', 'There is no option --yess. Did you mean --yes?'],
    [
      'certificate --output x',
      'There is no option --output. The options are: --out, --pfx, --help.',
    ],
  ])('refuses %s with exit code 2', async (args, error) => {
    const { code, stdout, stderr } = await call(...args.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Error: ${error}`);
    expect(stderr).toContain(`nestjs-betfair-session ${args.split(' ')[0]} --help`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says that the file of --env-file is missing', async () => {
    const { code, stdout, stderr } = await call('doctor', '--env-file', './none.env');
    // Node 20 looks for the file itself, and ends with 9.
    expect([[2, 9].includes(code ?? 0), stdout]).toEqual([true, '']);
    expect(stderr).toMatch(/none\.env/);
    const refused = /^--env-file: the file ".*" cannot be read \((ENOENT|EISDIR)\)\. /;
    expect(() => readEnvironment(join(folder, 'none.env'), 'BETFAIR_')).toThrow(refused);
    expect(() => readEnvironment(`${folder}/`, 'BETFAIR_')).toThrow(refused);
  });

  itOnLinux.each([
    ['--version', 1],
    ['help doctor', 1],
    ['certificate', 1],
    ['nothing 2>&1', 2],
  ])('fails if its output cannot be written: %s', async (args, expected) => {
    const { code, stderr } = await inShell(`>/dev/full "$0" "$1" ${args}`);
    const isShown = !args.includes('2>');
    const error = 'Error: The output cannot be written (ENOSPC).\n';
    expect([code, stderr]).toEqual([expected, isShown ? error : '']);
  });

  itOnLinux.each([
    ['--version', 0],
    ['help doctor', 0],
    ['nothing 2>&1', 2],
  ])('does not fail because its reader closed the pipe: %s', async (args, expected) => {
    const { stdout, stderr } = await inShell(
      `{ { sleep 0.3; "$0" "$1" ${args}; echo $? >&3; } | true; } 3>&1`,
    );
    expect([stdout, stderr]).toEqual([`${expected}\n`, '']);
  });

  it.each([
    ['certificate --pfx --passphrase hunter2-Secret', 'There is no option --passphrase. '],
    ['certificate --passphrase=hunter2-Secret', 'There is no option --passphrase. '],
    ['certificate --passphrase my hunter2-Secret', 'There is no option --passphrase. '],
    ['certificate -p hunter2-Secret', 'There is no option -p. '],
    ['certificate -phunter2-Secret', 'There is no option -p. '],
    ['certificate --passphrase -- hunter2-Secret', 'There is no option --passphrase. '],
    ['certificate --pfx hunter2-Secret', '--pfx takes no value.'],
    ['certificate --pfx=hunter2-Secret', '--pfx takes no value.'],
    ['certificate --out --passphrase=hunter2-Secret', '--out needs a value, but --passphrase fo'],
    ['doctor BETFAIR_PASSWORD=hunter2-Secret', '"BETFAIR_PASSWORD" is not an option. '],
    ['--passphrase=hunter2-Secret', 'There is no command "--passphrase".'],
  ])('does not print what may be a secret: %s', async (args, error) => {
    const { code, stdout, stderr } = await call(...args.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`Error: ${error}`);
    expect(stderr).not.toMatch(/hunter2|Secret|option -[^-p]/);
    expect(stderr.match(/^Error: (?!--pfx needs)/gm)).toHaveLength(1);
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(await call('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('names everything that is wrong with a call at once', async () => {
    const { stderr } = await call('simulator', '--port', 'x', '--fail', 'a=b', '--other');
    expect(stderr.match(/^Error: .{9}/gm)).toEqual([
      'Error: There is ',
      'Error: --port x:',
      'Error: --fail a=',
      'Error: --fail a=',
    ]);
  });

  itWithTerminal('has colours on a terminal, unless NO_COLOR is set', async () => {
    expect(await onTerminal()).toContain('\x1b[31mError:\x1b[39m The command is missing.');
    expect(await onTerminal('NO_COLOR=1')).toMatch(/^Error: The command is missing\./);
  });
});
