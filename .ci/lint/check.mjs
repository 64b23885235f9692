// Opens every diagram and table as Camunda Modeler does, then lints the diagrams. Any warning is a failure.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BpmnModdle } from 'bpmn-moddle';
import { DmnModdle } from 'dmn-moddle';
import { Linter } from 'bpmnlint';

const require = createRequire(import.meta.url);
const NodeResolver = require('bpmnlint/lib/resolver/node-resolver.js');
const zeebe = require('zeebe-bpmn-moddle/resources/zeebe.json');

const here = dirname(fileURLToPath(import.meta.url));
const config = JSON.parse(readFileSync(join(here, '.bpmnlintrc'), 'utf8'));
const linter = new Linter({ config, resolver: new NodeResolver({ require }) });
const folders = process.argv.slice(2).map((folder) => resolve(folder));
const problems = [];

async function diagram(file) {
  const { rootElement, warnings } = await new BpmnModdle({ zeebe }).fromXML(readFileSync(file, 'utf8'));
  warnings.forEach((warning) => problems.push(`${file}: ${warning.message}`));
  for (const [rule, reports] of Object.entries(await linter.lint(rootElement))) {
    reports.forEach(({ id, message }) => problems.push(`${file}: ${id}: ${message} (${rule})`));
  }
}

async function table(file) {
  const { warnings } = await new DmnModdle().fromXML(readFileSync(file, 'utf8'));
  warnings.forEach((warning) => problems.push(`${file}: ${warning.message}`));
}

const files = folders.flatMap((folder) => readdirSync(folder).sort().map((name) => join(folder, name)));
const diagrams = files.filter((file) => file.endsWith('.bpmn'));
const tables = files.filter((file) => file.endsWith('.dmn'));
if (!diagrams.length) problems.push('no diagram found: name the folders, e.g. node check.mjs ../../workflows/kg');

for (const file of diagrams) await diagram(file);
for (const file of tables) await table(file);
problems.forEach((problem) => console.error(problem));
console.log(`${diagrams.length} diagrams and ${tables.length} tables opened, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
