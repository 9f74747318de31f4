// Checks the types and writes dist/, which `bsn serve` has in it. `--check` writes nothing, and says whether dist/ is what the
// sources make.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pages } from "./pages.mjs";
import { ts } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const found = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options));
if (found.length) {
  console.error(ts.formatDiagnostics(found, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => "\n" }));
  process.exit(1);
}
for (const [name, text] of Object.entries(await pages())) {
  const path = `${root}dist/${name}`;
  if (!process.argv.includes("--check")) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`dist/${name} is not what the sources make: run \`npm run build\` in tools/dashboard`);
    process.exit(1);
  }
  console.log(`${name}: ${Math.round(text.length / 100) / 10} kB`);
}
