// Writes src/api/schema.ts from docs/reference/openapi.json. `--check` compares and writes nothing.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.env.OPENAPI ? new URL(process.env.OPENAPI, `file://${process.cwd()}/`) : new URL("../../docs/reference/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.ts", import.meta.url);

const nodes = await openapiTS(JSON.parse(readFileSync(source, "utf8")), { alphabetize: true, defaultNonNullable: false });
const text = `// Generated from docs/reference/openapi.json by \`npm run client\`; do not edit.\n${astToString(nodes)}`;

if (!process.argv.includes("--check")) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("src/api/schema.ts is not what docs/reference/openapi.json gives: run `npm run client`");
  process.exit(1);
}
