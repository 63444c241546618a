import * as fc from 'fast-check';

import { INDICATOR_TYPES } from '../../nodes/ThreatConnectGroup/fields/indicators';
import { recognizeIndicators } from '../../nodes/ThreatConnectGroup/fields/recognizeIndicators';
import { refusal } from './refusal';

/** A list of indicators as an analyst pastes it. */

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const recognize = (text: string) => recognizeIndicators(text, '"Indicators" (indicators)');
const asPairs = (text: string) => recognize(text).map(({ type, summary }) => [type, summary]);

describe('the type is recognized', () => {
	test.each([
		['192.0.2.17', 'Address', '192.0.2.17'],
		['2001:DB8::1', 'Address', '2001:db8:0:0:0:0:0:1'],
		['::', 'Address', '0:0:0:0:0:0:0:0'],
		['2001:db8:0:1:2:3:4:5', 'Address', '2001:db8:0:1:2:3:4:5'],
		['198.51.100.0/24', 'CIDR', '198.51.100.0/24'],
		['2001:db8::/32', 'CIDR', '2001:db8:0:0:0:0:0:0/32'],
		['badguy.com', 'Host', 'badguy.com'],
		['_dmarc.Bad-Guy.co.uk', 'Host', '_dmarc.Bad-Guy.co.uk'],
		['xn--bcher-kva.example', 'Host', 'xn--bcher-kva.example'],
		['bücher.example', 'Host', 'xn--bcher-kva.example'],
		['update.zip', 'Host', 'update.zip'],
		['HTTPS://User@Badguy.com:8443/A,b;c?q=1#x', 'URL', 'https://User@badguy.com:8443/A,b;c?q=1#x'],
		['http://192.0.2.17/a.exe', 'URL', 'http://192.0.2.17/a.exe'],
		['ftp://badguy.com', 'URL', 'ftp://badguy.com'],
		['jane.doe+x@badguy.com', 'EmailAddress', 'jane.doe+x@badguy.com'],
		[MD5, 'File', MD5],
		[SHA1.toUpperCase(), 'File', SHA1.toUpperCase()],
		[SHA256, 'File', SHA256],
		[`${MD5} : ${SHA1} : ${SHA256}`, 'File', `${MD5} : ${SHA1} : ${SHA256}`],
		[`${MD5}:${SHA256}`, 'File', `${MD5} : ${SHA256}`],
		['AS204288', 'ASN', 'ASN204288'],
		['asn204288', 'ASN', 'ASN204288'],
		[
			'HKLM\\Soft ware\\Run : Bad, Name : REG_SZ',
			'Registry Key',
			'HKLM\\Soft ware\\Run : Bad, Name : REG_SZ',
		],
		['HKEY_CURRENT_USER\\Run :  : REG_SZ', 'Registry Key', 'HKEY_CURRENT_USER\\Run :  : REG_SZ'],
	])('%s is %s', (text, type, summary) => {
		expect(asPairs(text)).toEqual([[type, summary]]);
		expect(INDICATOR_TYPES).toContain(type);
	});
});

describe('a defanged value is made whole', () => {
	test.each([
		['hxxp://badguy[.]com/a', 'http://badguy.com/a'],
		['hXXps[:]//badguy(.)com', 'https://badguy.com'],
		['h**p://badguy{.}com', 'http://badguy.com'],
		['http[://]badguy.com', 'http://badguy.com'],
		['hxxps:\\\\badguy[dot]com', 'https://badguy.com'],
		['fxp://badguy.com', 'ftp://badguy.com'],
		['https://badguy.com[/]path', 'https://badguy.com/path'],
		['192[.]0[.]2[.]17', '192.0.2.17'],
		['192.0.2[.17', '192.0.2.17'],
		['192.0.2.]17', '192.0.2.17'],
		['badguy\\.com', 'badguy.com'],
		['badguy [.] com', 'badguy.com'],
		['badguy[[.]]com', 'badguy.com'],
		['badguy<.>com', 'badguy.com'],
		['jane[@]badguy[.]com', 'jane@badguy.com'],
		['jane[at]badguy(dot)com', 'jane@badguy.com'],
		['jane (at) badguy (dot) com', 'jane@badguy.com'],
		['2001[:]db8[:]0[:]1[:]2[:]3[:]4[:]5', '2001:db8:0:1:2:3:4:5'],
	])('%s', (text, summary) => {
		expect(recognize(text).map((one) => one.summary)).toEqual([summary]);
	});
});

test('values stand on lines of their own, or between blanks, commas and semicolons', () => {
	const all = [
		['Address', '192.0.2.17'],
		['Host', 'badguy.com'],
		['File', `${MD5} : ${SHA1}`],
		['URL', 'http://badguy.com/a,b'],
		['Host', 'other.example'],
	];
	for (const text of [
		`192.0.2.17\nbadguy.com\r\n${MD5} : ${SHA1}\n\nhttp://badguy.com/a,b\nother.example\n`,
		`192.0.2.17, badguy.com; ${MD5} : ${SHA1}, http://badguy.com/a,b, other.example`,
		`192.0.2.17,badguy.com;${MD5}:${SHA1},,\thttp://badguy.com/a,b other.example,`,
		`"192.0.2.17", 'badguy.com', ${MD5}:${SHA1}, <http://badguy.com/a,b> \`other.example\``,
	])
		expect(asPairs(text)).toEqual(all);
	expect(recognize(' \n , \u200b')).toEqual([]);
	expect(recognize('\ufeffabc.def\u00adghi.com\u200b \u200bevil\u200b.example')).toEqual([
		{ type: 'Host', summary: 'abc.defghi.com' },
		{ type: 'Host', summary: 'evil.example' },
	]);
});

describe('what is not recognized is named, with the way out', () => {
	test.each([
		['report.pdf', 'name of a file'],
		['setup.EXE', 'name of a file'],
		['192.0.2.17:8080', 'no port'],
		['badguy.com:443', 'no port'],
		['[2001:db8::1]:443', 'no port'],
		['badguy.com/path', 'scheme'],
		['http://badguy.com/x,other.example', 'one URL or several'],
		['tcp://badguy.com', 'Recognized are'],
		['999.0.2.1', 'Recognized are'],
		['192.0.02.1', 'Recognized are'],
		['198.51.100.0/33', 'Recognized are'],
		['2001:db8::/129', 'Recognized are'],
		['2001:db8:::1', 'Recognized are'],
		['Global\\MUTEX', 'Recognized are'],
		['#hashtag', 'Recognized are'],
		['localhost', 'Recognized are'],
		['a@b', 'Recognized are'],
		['-bad.example', 'Recognized are'],
		['shell.asp', 'name of a file'],
		['backup.tgz', 'name of a file'],
		['t.me/@bad.example', 'scheme'],
		['badguy.com|jane@bad.example', 'Recognized are'],
		["'jane@bad.example", 'Recognized are'],
		['http://badguy.com/a"', 'Recognized are'],
		['http://badguy.com/a">click', 'Recognized are'],
		[MD5.slice(1), 'Recognized are'],
	])('%s', (text, advice) => {
		const [message, description] = refusal(() => recognize(`badguy.com\n${text}\n${SHA1}`));
		expect(message).toBe(`"Indicators" (indicators) cannot be recognized: "${text}"`);
		expect(description).toContain(advice);
		expect(description).toContain('Associated Indicators');
	});

	test('several at once, of which the first five are named', () => {
		expect(() => recognize('a1, a2\na3 a4;a5\nbadguy.com a6 a7 a7')).toThrow(
			'"Indicators" (indicators) cannot be recognized: "a1", "a2", "a3", "a4", "a5" and 2 more',
		);
	});

	test('a registry key without a value', () => {
		expect(() => recognize('HKLM\\Software\\Run')).toThrow('is not the summary of a Registry Key');
	});

	test('at once, however long it is', () => {
		const start = process.cpuUsage();
		expect(() => recognize(`${'30:'.repeat(50_000)}!`)).toThrow('cannot be recognized');
		// Microseconds. It takes a fraction of a second, and a quadratic search takes minutes.
		expect(process.cpuUsage(start).user).toBeLessThan(20_000_000);
	});

	test('two hashes of one kind', () => {
		expect(() => recognize(`${MD5}:${MD5}`)).toThrow('cannot be recognized');
	});
});

/** One value of a type, as a service would store it. */
const label = fc
	.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
	// Not all text after the prefix of internationalized labels is valid.
	.filter((text) => !text.startsWith('xn--'));
const host = fc
	.tuple(label, label, fc.constantFrom('com', 'example', 'co.uk', 'zip'))
	.map((all) => all.join('.'));
const hex = (length: number) =>
	fc
		.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
		.map((all) => all.join(''));
const path = fc.stringMatching(/^(\/[a-zA-Z0-9%_~=&?-]{0,10}){0,3}$/);
const values: Record<string, fc.Arbitrary<string>> = {
	Address: fc.oneof(
		fc.ipV4(),
		fc
			.array(fc.integer({ min: 1, max: 0xffff }), { minLength: 8, maxLength: 8 })
			.map((groups) => groups.map((one) => one.toString(16)).join(':')),
	),
	CIDR: fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
	ASN: fc.integer({ min: 1, max: 4294967295 }).map((number) => `ASN${number}`),
	EmailAddress: fc.tuple(label, host).map(([local, at]) => `${local}@${at}`),
	File: fc
		.subarray([32, 40, 64], { minLength: 1 })
		.chain((lengths) => fc.tuple(...lengths.map(hex)))
		.map((all) => all.join(' : ')),
	Host: host,
	URL: fc
		.tuple(fc.constantFrom('http', 'https', 'ftp'), fc.oneof(host, fc.ipV4()), path)
		.map(([scheme, at, rest]) => `${scheme}://${at}${rest}`),
};
const indicator = fc
	.constantFrom(...Object.keys(values))
	.chain((type) => (values[type] as fc.Arbitrary<string>).map((summary) => ({ type, summary })));

/** Ways in which people defang dots, schemes and the @ of an e-mail address. */
const defangs: Array<Array<(text: string) => string>> = [
	[
		...['[.]', '(.)', '{.}', '<.>', '[[.]]', '[dot]', ' (dot) ', '\\.', '[.', '.)'].map(
			(dot) => (text: string) => text.replaceAll('.', dot),
		),
		(text) => text.replace(/\.(?=[^.]*$)/, '[.]'),
	],
	[
		...['[:]//', '[://]', ':\\\\'].map((between) => (text: string) => text.replace('://', between)),
		(text) => text.replace('http', 'hxxp').replace('ftp', 'fxp'),
		(text) => text.replace('http', 'hXXp').replace('://', '[:]//'),
	],
	['[@]', '(@)', '[at]', ' (at) '].map((at) => (text: string) => text.replace('@', at)),
];
const unchanged = (text: string) => text;
const defanged = fc
	.tuple(indicator, ...defangs.map((ways) => fc.constantFrom(unchanged, ...ways)))
	.map(([one, ...ways]) => ({ ...one, text: ways.reduce((text, way) => way(text), one.summary) }));

test('each value, also a defanged one, is recognized as what it is', () => {
	fc.assert(
		fc.property(defanged, ({ type, summary, text }) => {
			expect(recognize(text)).toEqual([{ type, summary }]);
		}),
		{ numRuns: 2000 },
	);
});

test('a list of values gives each of them, in its order', () => {
	const between = fc.constantFrom('\n', '\r\n', ', ', '; ', ' ', '\t', ',\n');
	fc.assert(
		fc.property(fc.array(fc.tuple(defanged, between), { maxLength: 8 }), (list) => {
			expect(recognize(list.map(([{ text }, separator]) => text + separator).join(''))).toEqual(
				list.map(([{ type, summary }]) => ({ type, summary })),
			);
		}),
	);
});

test('any text is recognized as a whole or refused by name, and nothing else fails', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
			try {
				for (const { type } of recognize(text)) expect(INDICATOR_TYPES).toContain(type);
			} catch (error) {
				expect((error as Error).message).toMatch(/^"Indicators" \(indicators\)/);
			}
		}),
		{ numRuns: 2000 },
	);
});

describe('what stands around a value is no part of it, and the value stays whole', () => {
	const read = (text: string) =>
		recognizeIndicators(text, 'L').map(({ type, summary }) => `${type} ${summary}`);

	test.each([
		['https://münchen.de:8443/x', ['URL https://xn--mnchen-3ya.de:8443/x']],
		['http://a.example/x,http://b.example/y', ['URL http://a.example/x', 'URL http://b.example/y']],
		['http://evil.com/x\u200e', ['URL http://evil.com/x']],
		['\u2060john@badguy.com', ['EmailAddress john@badguy.com']],
		['"a.com","192.0.2.4"', ['Host a.com', 'Address 192.0.2.4']],
		['<a@b.com>,<c@d.com>', ['EmailAddress a@b.com', 'EmailAddress c@d.com']],
		['http://a.com/Foo(.net)', ['URL http://a.com/Foo(.net)']],
		['http://a.com/x\\.git', ['URL http://a.com/x\\.git']],
	])('%s', (text, found) => expect(read(text)).toEqual(found));

	test.each([
		'•john@badguy.com',
		'(john@badguy.com',
		'payload.aspx',
		'evil.example;https://a.example/?q=a,b.example',
		'macro.xll',
		'Security.evtx',
		'HKEY_LOCAL_MACHINE\\Software\\x : Val : REG_SZ, badguy.com',
	])('%s is refused', (text) => expect(() => read(text)).toThrow('cannot be recognized'));

	test('words are named as a whole', () => {
		expect(() => read('not an indicator!!')).toThrow('cannot be recognized: "not an indicator!!"');
	});

	// A pattern that tries each way to divide them would run for hours.
	test.each([
		['blanks', `a${'\t'.repeat(300_000)}b`],
		['blanks behind a hash', `${'a'.repeat(32)}${' '.repeat(300_000)}x`],
		['commas', `x${','.repeat(300_000)}x`],
		['semicolons', `a.com${';'.repeat(300_000)}!`],
	])('a long row of %s comes to an end', (_what, text) => expect(() => read(text)).toThrow());
});
