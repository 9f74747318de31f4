// The contract's JSON schemas, wherever this tree keeps them: one IDL file, or a file a message and answer.
import { existsSync, readdirSync, readFileSync } from "node:fs";

const json = (url) => JSON.parse(readFileSync(url, "utf8"));

/** All root schemas of `bsn`. */
export const schemas = (folder = new URL("../../../schema/", import.meta.url)) => {
  const idl = new URL("bsn.json", folder);
  const roots = existsSync(idl)
    ? (({ instantiate, execute, query, migrate, responses }) => [instantiate, execute, query, migrate, ...Object.values(responses)])(json(idl))
    : readdirSync(new URL("bsn/", folder))
        .filter((name) => name.endsWith(".json") && name !== "sudo_msg.json")
        .map((name) => json(new URL(`bsn/${name}`, folder)));
  return roots;
};

/** The types of events with their attributes. */
export const events = (folder = new URL("../../../schema/", import.meta.url)) => {
  const { definitions } = json(new URL("events.json", folder));
  return new Map(
    Object.values(definitions).map(({ properties: { type, attributes } }) => [type.enum[0], Object.keys(attributes.properties ?? {})]),
  );
};
