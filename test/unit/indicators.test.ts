import {
	indicatorBody,
	indicatorName,
	INDICATOR_TYPES,
} from '../../nodes/ThreatConnectGroup/fields/indicators';
import { InvalidInput } from '../../nodes/shared/core/errors';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const SHA1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const body = (type: string, summary: string) => indicatorBody(type, summary, 'Indicator 1');

test('the types are the ones that ThreatConnect documents', () => {
	expect([...INDICATOR_TYPES].sort()).toEqual([
		'ASN',
		'Address',
		'CIDR',
		'Email Subject',
		'EmailAddress',
		'File',
		'Hashtag',
		'Host',
		'Mutex',
		'Registry Key',
		'URL',
		'User Agent',
	]);
});

describe('a type with one value carries the summary as it is', () => {
	test.each([
		['ASN', 'ASN204288', 'AS Number'],
		['Address', '192.168.0.1', 'ip'],
		['CIDR', '10.10.1.16/32', 'Block'],
		['Email Subject', 'Invoice : overdue', 'Subject'],
		['EmailAddress', 'bad@example.com', 'address'],
		['Hashtag', '#phishing', 'Hashtag'],
		['Host', 'bad.example.com', 'hostName'],
		['Mutex', 'Global\\CLR_CASOFF_MUTEX', 'Mutex'],
		['URL', 'https://example.com/a : b?c=d&e="f"', 'text'],
		['User Agent', 'Mozilla/5.0 (Windows NT 10.0; rv:1.9) : x', 'User Agent String'],
	])('%s %s', (type, summary, field) => {
		expect(body(type, summary)).toStrictEqual({ type, [field]: summary });
	});
});

describe('a value is sent as ThreatConnect stores it, so that it is found again', () => {
	test.each([
		['Address', '2001:DB8::1', 'ip', '2001:db8:0:0:0:0:0:1'],
		['ASN', 'AS204288', 'AS Number', 'ASN204288'],
		['CIDR', '2001:db8::/32', 'Block', '2001:db8:0:0:0:0:0:0/32'],
		['Host', 'bücher.example', 'hostName', 'xn--bcher-kva.example'],
		['URL', 'HTTP://Bad.example/A', 'text', 'http://bad.example/A'],
	])('%s %s', (type, given, field, stored) => {
		expect(body(type, given)).toStrictEqual({ type, [field]: stored });
		expect(indicatorName({ type, [field]: given }, 'x')).toStrictEqual({ type, summary: stored });
		const inCapitals = type.toUpperCase();
		expect(body(inCapitals, given)).toStrictEqual({ type, [field]: stored });
		expect(indicatorName({ type: inCapitals, [field]: given }, 'x')).toStrictEqual({ type, summary: stored });
	});
});

describe('a File', () => {
	test.each([
		['an MD5', MD5, { md5: MD5 }],
		['a SHA-1', SHA1, { sha1: SHA1 }],
		['a SHA-256', SHA256, { sha256: SHA256 }],
		['upper case', MD5.toUpperCase(), { md5: MD5.toUpperCase() }],
		['two hashes', `${MD5} : ${SHA256}`, { md5: MD5, sha256: SHA256 }],
		[
			'three hashes, as ThreatConnect prints them',
			`${MD5} : ${SHA1} : ${SHA256}`,
			{ md5: MD5, sha1: SHA1, sha256: SHA256 },
		],
		[
			'three hashes in another order',
			`${SHA256} : ${MD5} : ${SHA1}`,
			{ md5: MD5, sha1: SHA1, sha256: SHA256 },
		],
		['three hashes without spaces', `${MD5}:${SHA1}:${SHA256}`, { md5: MD5, sha1: SHA1, sha256: SHA256 }],
		['a missing hash at the start', ` : ${SHA1} : ${SHA256}`, { sha1: SHA1, sha256: SHA256 }],
		['a missing hash in the middle', `${MD5} :  : ${SHA256}`, { md5: MD5, sha256: SHA256 }],
		['a missing hash at the end', `${MD5} : ${SHA1} : `, { md5: MD5, sha1: SHA1 }],
	])('takes %s', (_what, summary, hashes) => {
		expect(body('File', summary)).toStrictEqual({ type: 'File', ...hashes });
	});

	test.each([
		['evil.exe', 'evil.exe'],
		[MD5.slice(1), MD5.slice(1)],
		[`${MD5}0`, `${MD5}0`],
		[MD5.replace('d', 'g'), MD5.replace('d', 'g')],
		[`${MD5} : evil.exe`, 'evil.exe'],
		[`${MD5} ${SHA1}`, `${MD5} ${SHA1}`],
		[`${MD5},${SHA1}`, `${MD5},${SHA1}`],
	])('refuses %s, and says what is no hash', (summary, part) => {
		expect(() => body('File', summary)).toThrow(InvalidInput);
		expect(() => body('File', summary)).toThrow(
			expect.objectContaining({
				message: `Indicator 1: "${part}" is no file hash`,
				description:
					'Give an MD5 (32), SHA-1 (40) or SHA-256 (64 hexadecimal digits), each once, separated by " : ".',
			}),
		);
	});

	// Without any hash, the body would hold only the type.
	test.each(['', ' : ', ':', ' :  : '])('refuses a summary without any hash: %j', (summary) => {
		expect(() => body('File', summary)).toThrow(InvalidInput);
	});

	// The second hash of one kind must not be dropped.
	test('refuses two hashes of the same kind', () => {
		expect(() => body('File', `${MD5} : ${MD5.replace('d', '0')}`)).toThrow(InvalidInput);
	});

	// White space around the whole summary differs from white space around a part.
	test.each([`${MD5} `, ` ${MD5}`, `${MD5}\n`])('takes a hash with white space around it: %j', (summary) => {
		expect(body('File', summary)).toStrictEqual({ type: 'File', md5: MD5 });
	});
});

describe('a Registry Key', () => {
	test.each([
		[
			'HKEY_LOCAL_MACHINE\\SOFTWARE\\Run : Evil : REG_SZ',
			{ 'Key Name': 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Run', 'Value Name': 'Evil', 'Value Type': 'REG_SZ' },
		],
		[
			'HKEY_CURRENT_USER\\A B : C D : REG_DWORD',
			{ 'Key Name': 'HKEY_CURRENT_USER\\A B', 'Value Name': 'C D', 'Value Type': 'REG_DWORD' },
		],
		[
			'HKEY_CURRENT_USER\\A:B : C:D : REG_SZ',
			{ 'Key Name': 'HKEY_CURRENT_USER\\A:B', 'Value Name': 'C:D', 'Value Type': 'REG_SZ' },
		],
	])('takes %s', (summary, fields) => {
		expect(body('Registry Key', summary)).toStrictEqual({ type: 'Registry Key', ...fields });
	});

	test('sends a space for an empty value name, as ThreatConnect asks', () => {
		expect(body('Registry Key', 'HKEY_LOCAL_MACHINE\\Run :  : REG_SZ')).toStrictEqual({
			type: 'Registry Key',
			'Key Name': 'HKEY_LOCAL_MACHINE\\Run',
			'Value Name': ' ',
			'Value Type': 'REG_SZ',
		});
	});

	test.each([
		'HKEY_LOCAL_MACHINE\\Run',
		'HKEY_LOCAL_MACHINE\\Run : Evil',
		'HKEY_LOCAL_MACHINE\\Run : Evil : REG_SZ : more',
		'HKEY_LOCAL_MACHINE\\Run:Evil:REG_SZ',
	])('refuses %j', (summary) => {
		expect(() => body('Registry Key', summary)).toThrow(InvalidInput);
		expect(() => body('Registry Key', summary)).toThrow(
			expect.objectContaining({
				message: `Indicator 1: "${summary}" is not the summary of a Registry Key`,
				description: 'Write it as "HKEY_LOCAL_MACHINE\\Path : Value Name : REG_SZ".',
			}),
		);
	});

	// Only an empty value name becomes a space, but not an empty key name or type.
	test.each([' : Evil : REG_SZ', 'HKEY_LOCAL_MACHINE\\Run : Evil : '])(
		'refuses an empty key name or value type: %j',
		(summary) => {
			expect(() => body('Registry Key', summary)).toThrow(InvalidInput);
		},
	);
});

describe('a custom type', () => {
	test.each([
		['one value', 'a', { value1: 'a' }],
		['two values', 'a : b', { value1: 'a', value2: 'b' }],
		['three values', 'a : b : c', { value1: 'a', value2: 'b', value3: 'c' }],
		['a colon within a value', 'a:b', { value1: 'a:b' }],
		['a summary with spaces', 'a b  c', { value1: 'a b  c' }],
	])('takes %s', (_what, summary, values) => {
		expect(body('Custom Thing', summary)).toStrictEqual({ type: 'Custom Thing', ...values });
	});

	// These names must not be found in the prototype of the table of types.
	test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
		'may be called like a member of every object: %s',
		(type) => {
			expect(body(type, 'a')).toStrictEqual({ type, value1: 'a' });
		},
	);

	// Values after the third " : " must not be lost, although a value may contain one.
	test('keeps or refuses more than three values', () => {
		let outcome = 'refused';
		try {
			outcome = Object.values(body('Custom Thing', 'a : b : c : d')).join(' | ');
		} catch {
			// Refused.
		}
		expect(['refused', 'Custom Thing | a | b | c : d']).toContain(outcome);
	});
});

describe('the name of an indicator is made only of its values', () => {
	test.each([
		['of a custom type', { type: 'Custom', rating: 5, value2: 'v2', value1: 'v1' }, 'v1 : v2'],
		['of a known type', { type: 'File', size: 12, sha256: SHA256, md5: MD5 }, `${MD5} : ${SHA256}`],
		['given by its summary', { type: 'Host', summary: 'a.example', confidence: 80 }, 'a.example'],
	])('%s', (_what, entry, summary) => {
		expect(indicatorName(entry, 'Indicator 1')).toEqual({ type: entry.type, summary });
	});

	test('so that it has no name without a value', () => {
		expect(indicatorName({ type: 'Custom', rating: 5 }, 'Indicator 1')).toBeUndefined();
	});
});
