const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that take longest, in that order. In a new checkout jest knows no durations, and begins with the largest files. */
const LONGEST = ['queue', 'commands', 'editor.forms'];

/** Begins with the files that take longest, so that no worker waits at the end for one that began late. */
module.exports = class extends Sequencer {
	sort(tests) {
		const rank = ({ path }) => {
			const place = LONGEST.findIndex((name) => path.endsWith(`/${name}.e2e.ts`));
			return place < 0 ? LONGEST.length : place;
		};
		return super.sort(tests).sort((one, other) => rank(one) - rank(other));
	}
};
