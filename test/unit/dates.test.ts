import { DateTime } from 'luxon';
import { runInThisContext } from 'node:vm';
import { normalizeDate, UnreadableDate } from '../../nodes/shared/fields/dates';

const BERLIN = 'Europe/Berlin';
const NEW_YORK = 'America/New_York';

/** Jest gives tests a copy of `process.env`, but only the real one sets the time zone of the process. */
const realProcess = runInThisContext('process') as NodeJS.Process;
const originalZone = realProcess.env.TZ;

function setProcessZone(zone: string | undefined): void {
	if (zone === undefined) delete realProcess.env.TZ;
	else realProcess.env.TZ = zone;
}

afterEach(() => setProcessZone(originalZone));

/** The result in process time zones on both sides of UTC. */
function everywhere(value: unknown, zone: string): string[] {
	const results = ['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map((processZone) => {
		setProcessZone(processZone);
		return normalizeDate(value, zone);
	});
	return [...new Set(results)];
}

function refusal(value: unknown, zone = BERLIN): string {
	try {
		return `read as ${normalizeDate(value, zone)}`;
	} catch (error) {
		expect(error).toBeInstanceOf(UnreadableDate);
		return (error as UnreadableDate).message;
	}
}

const refusals = (value: unknown) => [
	...new Set(
		['UTC', 'Asia/Tokyo', 'America/Los_Angeles'].map((processZone) => {
			setProcessZone(processZone);
			return refusal(value);
		}),
	),
];

test('these tests do change the time zone of the process', () => {
	setProcessZone('Asia/Tokyo');
	expect(new Date(2021, 10, 3).toISOString()).toBe('2021-11-02T15:00:00.000Z');
	setProcessZone('America/Los_Angeles');
	expect(new Date(2021, 10, 3).toISOString()).toBe('2021-11-03T07:00:00.000Z');
});

describe('a day stays a day, whatever the time zone', () => {
	test.each([
		['2021-11-03', '2021-11-03'],
		[' 2021-11-03\n', '2021-11-03'],
		['1969-07-20', '1969-07-20'],
		['1945-05-08', '1945-05-08'],
		['2024-02-29', '2024-02-29'],
		['2000-02-29', '2000-02-29'],
		['9999-12-31', '9999-12-31'],
		['2021/11/03', '2021-11-03'],
		['2021/1/3', '2021-01-03'],
		['2021.11.03', '2021-11-03'],
		['2021-1-3', '2021-01-03'],
		['3.11.2021', '2021-11-03'],
		['03.04.2021', '2021-04-03'],
		['31.12.2021', '2021-12-31'],
		['31/12/2021', '2021-12-31'],
		['12/31/2021', '2021-12-31'],
		['31-12-2021', '2021-12-31'],
		['12-31-2021', '2021-12-31'],
		['3/3/2021', '2021-03-03'],
		['3 Nov 2021', '2021-11-03'],
		['03-Nov-2021', '2021-11-03'],
		['3 November 2021', '2021-11-03'],
		['3. November 2021', '2021-11-03'],
		['Nov 3, 2021', '2021-11-03'],
		['november 3, 2021', '2021-11-03'],
		['Sept 3 2021', '2021-09-03'],
		['2021 Nov 3', '2021-11-03'],
		['Wednesday, November 3, 2021', '2021-11-03'],
		['Wed, 3 Nov 2021', '2021-11-03'],
		['1 May 1955', '1955-05-01'],
	])('%j → %s', (text, expected) => {
		expect(everywhere(text, BERLIN)).toEqual([expected]);
		expect(everywhere(text, NEW_YORK)).toEqual([expected]);
	});
});

describe('a time that names its zone is that time in UTC, whatever the workflow’s zone', () => {
	test.each([
		['2021-11-03T14:15:16Z', '2021-11-03T14:15:16Z'],
		['2021-11-03t14:15:16z', '2021-11-03T14:15:16Z'],
		['2021-11-03T14:15Z', '2021-11-03T14:15:00Z'],
		['2021-11-03T14:15:16.999Z', '2021-11-03T14:15:16Z'],
		['2021-11-03T14:15:16.123456789Z', '2021-11-03T14:15:16Z'],
		['2021-11-03T14:15:16+01:00', '2021-11-03T13:15:16Z'],
		['2021-11-03T14:15:16+0100', '2021-11-03T13:15:16Z'],
		['2021-11-03T14:15:16+05:30', '2021-11-03T08:45:16Z'],
		['2021-11-03T14:15:16-08:00', '2021-11-03T22:15:16Z'],
		['2021-11-03T23:30:00-05:00', '2021-11-04T04:30:00Z'],
		['2021-11-03T14:15:16.000+01:00', '2021-11-03T13:15:16Z'],
		['2021-11-03T14:15:16+01:00[Europe/Berlin]', '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15:16Z', '2021-11-03T14:15:16Z'],
		['2021-11-03 14:15:16+01:00', '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15:16 +01:00', '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15:16.5 +0100', '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15:16 UTC', '2021-11-03T14:15:16Z'],
		['2021-11-03 14:15:16 Asia/Tokyo', '2021-11-03T05:15:16Z'],
		['Wed, 03 Nov 2021 14:15:16 GMT', '2021-11-03T14:15:16Z'],
		['Wed, 03 Nov 2021 14:15:16 +0100', '2021-11-03T13:15:16Z'],
		['Wed, 3 Nov 2021 14:15:16 -0500', '2021-11-03T19:15:16Z'],
		['3 Nov 2021 14:15 +0100', '2021-11-03T13:15:00Z'],
		['Nov 3, 2021 14:15 UTC', '2021-11-03T14:15:00Z'],
		['November 3, 2021 2:15 PM GMT', '2021-11-03T14:15:00Z'],
		['1969-07-20T20:17:40Z', '1969-07-20T20:17:40Z'],
		['1914-06-28T10:50:00+01:00', '1914-06-28T09:50:00Z'],
	])('%j → %s', (text, expected) => {
		expect(everywhere(text, BERLIN)).toEqual([expected]);
		expect(everywhere(text, NEW_YORK)).toEqual([expected]);
	});
});

describe('a time without a zone is read in the workflow’s', () => {
	test.each([
		['2021-11-03T14:15:16', BERLIN, '2021-11-03T13:15:16Z'],
		['2021-11-03T14:15', BERLIN, '2021-11-03T13:15:00Z'],
		['2021-11-03T14:15:16.999', BERLIN, '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15:16', BERLIN, '2021-11-03T13:15:16Z'],
		['2021-11-03 14:15', BERLIN, '2021-11-03T13:15:00Z'],
		['3 Nov 2021 14:15', BERLIN, '2021-11-03T13:15:00Z'],
		['Nov 3, 2021 2:15 PM', BERLIN, '2021-11-03T13:15:00Z'],
		['Nov 3, 2021, 12:05 AM', BERLIN, '2021-11-02T23:05:00Z'],
		['Wed Nov 3 14:15:16 2021', BERLIN, '2021-11-03T13:15:16Z'],
		['2021-11-03T00:00:00', BERLIN, '2021-11-02T23:00:00Z'],
		['2021-11-03T24:00:00', BERLIN, '2021-11-03T23:00:00Z'],
		['2021-11-03T14:15:16', NEW_YORK, '2021-11-03T18:15:16Z'],
		['3 Nov 2021 14:15', NEW_YORK, '2021-11-03T18:15:00Z'],
		['2021-12-31T23:30:00', NEW_YORK, '2022-01-01T04:30:00Z'],
		['2021-11-03T14:15:16', 'Asia/Kolkata', '2021-11-03T08:45:16Z'],
		['2021-11-03T14:15:16', 'UTC', '2021-11-03T14:15:16Z'],
	])('%j in %s → %s', (text, zone, expected) => {
		expect(everywhere(text, zone)).toEqual([expected]);
	});

	// Berlin's clocks change on 28 March 2021, 02:00 → 03:00, and on 31 October 2021, 03:00 → 02:00. New York's change on
	// 14 March 2021, 02:00 → 03:00, and on 7 November 2021, 02:00 → 01:00.
	test.each([
		['2021-03-28T01:59:59', BERLIN, '2021-03-28T00:59:59Z'],
		['2021-03-28T03:00:00', BERLIN, '2021-03-28T01:00:00Z'],
		['28 Mar 2021 01:59:59', BERLIN, '2021-03-28T00:59:59Z'],
		['28 Mar 2021 03:00:00', BERLIN, '2021-03-28T01:00:00Z'],
		['2021-10-31T01:59:59', BERLIN, '2021-10-30T23:59:59Z'],
		['2021-10-31T03:00:00', BERLIN, '2021-10-31T02:00:00Z'],
		['31 Oct 2021 01:59:59', BERLIN, '2021-10-30T23:59:59Z'],
		['31 Oct 2021 03:00:00', BERLIN, '2021-10-31T02:00:00Z'],
		['2021-03-14 01:59:59', NEW_YORK, '2021-03-14T06:59:59Z'],
		['2021-03-14 03:00:00', NEW_YORK, '2021-03-14T07:00:00Z'],
		['Mar 14, 2021 3:00 AM', NEW_YORK, '2021-03-14T07:00:00Z'],
		['2021-11-07 00:59:59', NEW_YORK, '2021-11-07T04:59:59Z'],
		['2021-11-07 02:00:00', NEW_YORK, '2021-11-07T07:00:00Z'],
		['Nov 7, 2021 12:59 AM', NEW_YORK, '2021-11-07T04:59:00Z'],
		// An hour that the clocks skip is read as the hour after it, as n8n does.
		['2021-03-28T02:30:00', BERLIN, '2021-03-28T01:30:00Z'],
	])('on both sides of a change of the clocks: %s in %s → %s', (text, zone, expected) => {
		expect(everywhere(text, zone)).toEqual([expected]);
	});

	test.each([
		['1969-12-31T23:59:59', 'UTC', '1969-12-31T23:59:59Z'],
		['1969-07-20T22:17:40', BERLIN, '1969-07-20T21:17:40Z'],
		['1955-07-01T12:00:00', NEW_YORK, '1955-07-01T16:00:00Z'],
		['1955-01-01T12:00:00', NEW_YORK, '1955-01-01T17:00:00Z'],
		['1 Jul 1955 12:00', NEW_YORK, '1955-07-01T16:00:00Z'],
		['1916-07-01T12:00:00', BERLIN, '1916-07-01T10:00:00Z'],
	])('before 1970: %s in %s → %s', (text, zone, expected) => {
		expect(everywhere(text, zone)).toEqual([expected]);
	});
});

describe('a point in time needs no zone', () => {
	const berlin = DateTime.fromISO('2021-11-03T14:15:16.789', { zone: BERLIN });

	test.each<[string, unknown, string]>([
		['epoch seconds', 1635948916, '2021-11-03T14:15:16Z'],
		['epoch milliseconds', 1635948916789, '2021-11-03T14:15:16Z'],
		['epoch seconds with a fraction', 1635948916.789, '2021-11-03T14:15:16Z'],
		['epoch seconds as text', '1635948916', '2021-11-03T14:15:16Z'],
		['epoch milliseconds as text', '1635948916789', '2021-11-03T14:15:16Z'],
		['epoch seconds as text with white space', ' 1635948916\n', '2021-11-03T14:15:16Z'],
		['epoch seconds of 1973', 100_000_000, '1973-03-03T09:46:40Z'],
		['epoch seconds before 1970', -100_000_000, '1966-10-31T14:13:20Z'],
		['a Date', new Date('2021-11-03T14:15:16.789Z'), '2021-11-03T14:15:16Z'],
		['a Date before 1970', new Date('1969-07-20T20:17:40Z'), '1969-07-20T20:17:40Z'],
		['a Luxon DateTime', berlin, '2021-11-03T13:15:16Z'],
		['a Luxon DateTime in UTC', berlin.toUTC(), '2021-11-03T13:15:16Z'],
		['a Luxon DateTime in another zone', berlin.setZone('Asia/Tokyo'), '2021-11-03T13:15:16Z'],
		['a Luxon DateTime at the start of its day', berlin.startOf('day'), '2021-11-02T23:00:00Z'],
	])('%s', (_what, value, expected) => {
		expect(everywhere(value, BERLIN)).toEqual([expected]);
		expect(everywhere(value, NEW_YORK)).toEqual([expected]);
	});

	test('the objects that came in are not changed', () => {
		const date = new Date('2021-11-03T14:15:16.789Z');
		normalizeDate(date, BERLIN);
		normalizeDate(berlin, NEW_YORK);
		expect(date.toISOString()).toBe('2021-11-03T14:15:16.789Z');
		expect(berlin.toISO()).toBe('2021-11-03T14:15:16.789+01:00');
	});
});

describe('a value that is not a date is refused', () => {
	test.each<[string, unknown, string]>([
		['a day that does not exist', '2021-02-31', 'is not a date that exists'],
		['29 February of a common year', '2021-02-29', 'is not a date that exists'],
		['29 February 1900', '1900-02-29', 'is not a date that exists'],
		['day 0', '2021-11-00', 'is not a date that exists'],
		['month 13', '2021-13-01', 'is not a date that exists'],
		['month 0', '2021-00-10', 'is not a date that exists'],
		['31 April with dots', '31.04.2021', 'is not a date that exists'],
		['31 February with slashes', '31/2/2021', 'is not a date that exists'],
		['13 and 13', '13/13/2021', 'is not a date that exists'],
		['month 13 and a time', '2021-13-01T10:00', 'is not a date that exists'],
		['hour 25', '2021-11-03T25:00', 'is not a date that exists'],
		['minute 60', '2021-11-03T14:60', 'is not a date that exists'],
		[
			'words after an ISO date',
			'2021-11-03T14:15:00Z or later',
			'has a time or a time zone that cannot be read',
		],
		['a zone that does not exist', '2021-11-03 14:15:00 Europe/Berln', 'is not a date that exists'],
		['April or March', '03/04/2026', 'could be two dates (is 03/04/2026 in month 03 or 04?)'],
		['April or March with dashes', '3-4-2026', 'could be two dates (is 3-4-2026 in month 3 or 4?)'],
		['garbage', 'garbage', 'is not a date'],
		['tomorrow', 'tomorrow', 'is not a date'],
		['empty text', '', 'is not a date'],
		['white space', ' \n', 'is not a date'],
		['a year', '2021', 'is not a date'],
		['a year and a month', '2021-11', 'is not a date'],
		['a time', '14:30', 'is not a date'],
		['a compact date', '20211103', 'is not a date'],
		['a year of two digits', '3.11.21', 'is not a date'],
		['a version', '1.2.3', 'is not a date'],
		['a month name without a year', '3 Nov', 'is not a date'],
		['an address', '192.168.10.1', 'is not a date'],
		['mixed separators', '3.11/2021', 'is not a date'],
		['nine digits', '163594891', 'is not a date'],
		['sixteen digits', '1635948916789123', 'is not a date'],
		['NaN', NaN, 'is not a date'],
		['Infinity', Infinity, 'is not a date'],
		['-Infinity', -Infinity, 'is not a date'],
		['a number far beyond', 1e300, 'is not a date'],
		['an instant after the year 9999', 253402300800000, 'is not within the years 1 to 9999'],
		['an instant before the year 1', -62198755200000, 'is not within the years 1 to 9999'],
		['{}', {}, 'is not a date'],
		['null', null, 'is not a date'],
		['undefined', undefined, 'is not a date'],
		['true', true, 'is not a date'],
		['an empty array', [], 'is not a date'],
		['an invalid Date', new Date(NaN), 'is not a date that exists'],
		['an invalid Luxon DateTime', DateTime.invalid('test'), 'is not a date that exists'],
	])('%s', (_what, value, message) => {
		expect(refusals(value)).toEqual([message]);
	});
});

/**
 * Where Luxon finds no date, n8n's tryToParseDateTime uses JavaScript's Date.parse. That function moves days beyond a
 * month's end into the next month, reads texts without a zone in the zone of the process, skips words that it does not
 * know, and uses the last zone in the text. Our reader must do none of this.
 */
describe('a text that is easily read wrong', () => {
	// Date.parse reads 31 February with a time as 3 March.
	test.each(['2021-02-31T10:00', '2021-02-30 10:00:00', '2021-11-31T10:00:00Z', '2021-02-31T10:00:00+01:00'])(
		'a day that does not exist is refused also with a time: %s',
		(text) => {
			expect(refusals(text)).toEqual(['is not a date that exists']);
		},
	);

	test.each(['31 Feb 2021', 'Feb 30, 2021', '31 Apr 2021 10:00', '31 Feb 2021 10:00:00 +0000'])(
		'a day that does not exist is refused also with the name of the month: %s',
		(text) => {
			expect(refusals(text)).toEqual(['is not a date that exists']);
		},
	);

	// Date.parse reads this in the zone of the process: 05:00Z under Asia/Tokyo, 14:00Z under UTC.
	test('an ISO day with a time of twelve hours is read in the workflow’s zone', () => {
		expect(everywhere('2021-11-03 02:00 PM', BERLIN)).toEqual(['2021-11-03T13:00:00Z']);
	});

	test('UTC in parentheses is UTC, whatever the zone of the process', () => {
		expect(everywhere('3 Nov 2021 14:15 (UTC)', BERLIN)).toEqual(['2021-11-03T14:15:00Z']);
	});

	// This is Date's own toString(), e.g. from a Code node. Its offset must not be replaced by the workflow's.
	test('the text that JavaScript makes of a Date keeps its offset', () => {
		expect(
			everywhere('Wed Nov 03 2021 14:15:16 GMT+0100 (Central European Standard Time)', NEW_YORK),
		).toEqual(['2021-11-03T13:15:16Z']);
	});

	// The zone must not be dropped in favour of the workflow's.
	test.each([
		['3 Nov 2021 14:15 EST', '2021-11-03T19:15:00Z'],
		['Wed, 03 Nov 2021 14:15:16 PST', '2021-11-03T22:15:16Z'],
		['3 Nov 2021 14:15Z', '2021-11-03T14:15:00Z'],
		['3 Nov 2021 14:15 +02', '2021-11-03T12:15:00Z'],
		['3 Nov 2021 14:15 GMT+2', '2021-11-03T12:15:00Z'],
	])('a zone after a month name is used or refused: %s', (text, expected) => {
		const read = new Set([refusal(text), refusal(text, NEW_YORK)]);
		expect([[expected], ['has a time or a time zone that cannot be read']]).toContainEqual(
			[...read].map((one) => one.replace('read as ', '')),
		);
	});

	// Date.parse takes any word that begins like a month, with four digits, for a date.
	test.each(['Marketing 2021', 'Mayhem 2021', 'Decision 2021', 'Nov 2021', '12 34 Nov 2021'])(
		'a text that names no day is refused: %s',
		(text) => {
			expect(refusals(text)[0]).toMatch(/^is not a date/);
		},
	);

	// An expression may give a list. Date.parse reads [3] as 1 March 2001 in the zone of the process.
	test.each([[[3]], [['2021']], [[2021, 11, 3]]])('a list is refused: %j', (value) => {
		expect(refusals(value)[0]).toMatch(/^is not a date/);
	});

	test('the year 0 is refused also for a day', () => {
		expect(refusals('0000-01-01')).toEqual(['is not a date that exists']);
	});

	// The second number is 2026-04-03 as spreadsheets count days. 0 often means that there is no date.
	test.each([20_211_103, 46_115, 46_115.5, 0, -1, 99_999_999, -99_999_999])(
		'a number that could be a day or seconds is refused, with advice on how to write a day: %d',
		(number) => {
			expect(refusals(number)).toEqual(['could be a day or a number of seconds: write days as text']);
		},
	);

	test.each([
		'2021-11-03T14:15:00[Europe/Berlin]',
		'2021-11-03 14:15 (CET)',
		'2021-11-03T14:15:00Z Europe/Berlin',
		'2021-11-03T14:15:00+01:00 Europe/Berlin',
	])('a zone that would be lost, or that is named twice, is refused: %s', (text) => {
		expect(refusals(text)).toEqual(['has a time zone that cannot be read']);
	});

	test.each(['2021-11-03 0:15 AM', '2021-11-03 13:15 PM'])(
		'an hour that twelve hours do not have is refused: %s',
		(text) => {
			expect(refusals(text)).toEqual(['has a time that does not exist']);
		},
	);
});
