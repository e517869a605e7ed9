// Holds documents against JSON schemas with Ajv, which knows nothing of Keur. Reads {schemas, cases} from a file and
// writes {case: {schema: null, or what is wrong}}.
import fs from 'node:fs';
import Ajv from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
const given = JSON.parse(fs.readFileSync(process.argv[2]));
const results = {};
for(const [schema, content] of Object.entries(given.schemas)) {
  const ajv = new Ajv({allErrors: true, strict: false});
  addFormats(ajv);
  const holds = ajv.compile(content);
  for(const [name, document] of Object.entries(given.cases)) {
    (results[name] ??= {})[schema] = holds(document) ? null : ajv.errorsText(holds.errors);
  }
}
fs.writeFileSync(process.argv[3], JSON.stringify(results));
