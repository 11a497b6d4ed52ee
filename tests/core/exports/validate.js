// Validates one FHIR R4 resource from standard input with the npm package `fhir`, found in the
// folder of the first argument. Prints every message that is worse than a warning as a JSON list.
const path = require("path");
const { Fhir } = require(path.join(process.argv[2], "fhir"));

const resource = JSON.parse(require("fs").readFileSync(0, "utf8"));
const result = new Fhir().validate(resource, { errorOnUnexpected: true });
const bad = result.messages.filter((m) => m.severity === "error" || m.severity === "fatal");
console.log(JSON.stringify(bad.map((m) => `${m.location}: ${m.message}`)));
process.exit(result.valid === (bad.length === 0) ? 0 : 1);
