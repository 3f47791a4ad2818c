import assert from 'node:assert/strict';
import { freePort } from '../stores/free-port.mjs';
import { follow } from './pages.mjs';
import { writeCode } from './starter.mjs';
import { Terminal } from './terminal.mjs';

/** Does what README.md says, from top to bottom, with the simulator. */
export async function followReadMe(folder, tarball) {
  const PORT = String(await freePort());
  const terminal = new Terminal(folder, { PORT });
  const background = [];
  try {
    await follow('README.md', [
      // The package is not at npm yet.
      [/^npm i nestjs-betfair-session\n$/, () => terminal.run(`npm i --no-audit ${tarball}`)],
      [/class AppModule/, (code) => writeCode(folder, 'src/app.module.ts', code)],
      [
        /^npx nestjs-betfair-session simulator\n$/,
        // Its usual ports may be taken by somebody else on this machine.
        async (block) => {
          const command = block.replace('simulator', 'simulator --port 0');
          background.push(await terminal.runUntil(command, 'Ctrl-C stops it.'));
        },
      ],
      [
        /npm start\n$/,
        async (block) => {
          background.push(await terminal.runUntil(block, 'successfully started'));
        },
      ],
      [
        /^curl /,
        async (block) => {
          const printed = await terminal.run(block.replace('3000', PORT));
          assert.match(printed, /"eventType":\{"id":"1","name":"Soccer"\}/);
          assert.match(background.at(-1).printed(), /Logged in to Betfair\./);
        },
      ],
      [/^export BETFAIR_STORAGE=/, (block) => terminal.run(block)],
      [
        /^import .*\n[\s\S]*describe\('my application'/,
        async (code) => {
          writeCode(folder, 'src/markets.spec.ts', code);
          await terminal.run('npm test');
        },
      ],
    ]);
  } finally {
    await Promise.all(background.map((program) => program.stop()));
  }
}
