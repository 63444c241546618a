const { appendFileSync } = require('node:fs');
const { join } = require('node:path');

/** Ends a run with one line that counts its tests. The line is also in `test/e2e/report/summary.txt`. */
module.exports = class Summary {
	onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
		const line = `e2e: ${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`;
		appendFileSync(join(__dirname, 'report', 'summary.txt'), `${line}\n`);
		console.log(line);
	}
};
