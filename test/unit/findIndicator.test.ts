import { isAboutCredential } from '../../nodes/ThreatConnectGroup/api/responses';
import { indexOf } from '../../nodes/ThreatConnectGroup/flows/findIndicator';
import { isSameIndicator } from '../../nodes/ThreatConnectGroup/query/matching';
import { ServiceFailure } from '../../nodes/shared/core/errors';

/** Which indicator a name means. */

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

test.each([
	['Host', 'Bad.Example', 'bad.example', true],
	['EmailAddress', 'A@b.example', 'a@B.example', true],
	['URL', 'HTTPS://Bad.Example/A', 'https://bad.example/A', true],
	['URL', 'https://bad.example/A', 'https://bad.example/a', false],
	['Mutex', 'Run', 'run', false],
	['Custom', 'Run', 'run', false],
	['Custom', 'a', 'a : b', false],
	['Mutex', 'Caf\u00e9 ', 'Cafe\u0301', true],
	['File', MD5.toUpperCase(), `${MD5} : ${SHA1}`, true],
	['File', `${SHA1} : ${MD5}`, `${MD5} : ${SHA1}`, true],
	['File', `${MD5} : ${SHA1}`, MD5, false],
])('%s %j and %j: %s', (type, summary, shown, isSame) => {
	expect(isSameIndicator(type, summary, shown)).toBe(isSame);
	expect(indexOf(type, [{ summary: shown }])(summary)).toHaveLength(isSame ? 1 : 0);
});

test('an index looks at each indicator once, however many are looked up', () => {
	let reads = 0;
	const rows = Array.from({ length: 1000 }, (_, index) => ({
		get summary() {
			reads += 1;
			return `h${index}.example`;
		},
	}));
	const find = indexOf('Host', rows);
	for (let index = 0; index < 1000; index++) expect(find(`H${index}.example`)).toEqual([rows[index]]);
	expect(reads).toBeLessThan(3000);
});

test.each([
	['Unauthorized', true],
	['Signature data did not match expected result', true],
	['Access Denied', false],
	['The requested resource is not available to this user', false],
])('a 401 that says %j is about the credential: %s', (words, isAbout) => {
	expect(isAboutCredential(new ServiceFailure(words, '', { httpCode: '401' }))).toBe(isAbout);
});
