import { writeFileSync } from "node:fs";
import { generate } from "./types.mjs";

for (const [name, text] of generate()) writeFileSync(new URL(`../src/${name}`, import.meta.url), text);
