// The sources that need no page, as modules of Node.
import { fileURLToPath } from "node:url";
import { esbuild } from "../../scripts/tools.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = ["format", "merge", "view/alarms", "view/feed", "view/lag", "view/link", "view/runway", "view/sentence", "view/voters", "view/votes"];
const contents = files.map((name) => `export * from "./src/${name}.ts";`).join("\n");
const built = await esbuild.build({ stdin: { contents, resolveDir: root }, bundle: true, write: false, format: "esm", target: "es2022", charset: "utf8" });

export const source = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`);
