import { tryToParseDateTime } from 'n8n-workflow';

/** Why a value is not a date. The message completes the sentence `<field>: "<value>" …`. */
export class UnreadableDate extends Error {}

const unreadable = (why: string) => new UnreadableDate(why);

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
	'(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\\.?,?\\s+)?';
const DAY = '(\\d{1,2})(?:st|nd|rd|th|\\.)?';

/** The forms of a day, each with the order of its groups. */
const DAY_FORMS: ReadonlyArray<{ form: RegExp; order: 'ymd' | 'dmy' | 'mdy' | 'unclear' }> = [
	{ form: /^(\d{4})-(\d{1,2})-(\d{1,2})/, order: 'ymd' },
	{ form: /^(\d{4})(\d{2})(\d{2})(?=T)/i, order: 'ymd' },
	{ form: /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})/, order: 'ymd' },
	{ form: new RegExp(`^(\\d{4})[\\s-]+${MONTH}[\\s-]+${DAY}`, 'i'), order: 'ymd' },
	// Dots are written day first everywhere; slashes and dashes are not.
	{ form: /^(\d{1,2})\.(\d{1,2})\.(\d{4})/, order: 'dmy' },
	{ form: /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})/, order: 'unclear' },
	{ form: new RegExp(`^${WEEKDAY}${DAY}[\\s-]+${MONTH},?[\\s-]+(\\d{4})`, 'i'), order: 'dmy' },
	{ form: new RegExp(`^${WEEKDAY}${MONTH}\\s+${DAY},?\\s+(\\d{4})`, 'i'), order: 'mdy' },
];

/**
 * What may follow a day: a time, AM or PM, and a zone as UTC, an offset or an IANA name. Text in brackets after an
 * offset is a comment.
 */
const TIME =
	/^(?:T|\s+|,\s*)(?:at\s+)?(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?(?:\s*([AP])M)?\s*(Z|UTC|GMT)?\s*([+-]\d{1,2}(?::?\d{2})?)?\s*([([][^)\]]*[)\]])?([a-z_]+\/[\w/+-]+)?$/i;

/** The form that C and Unix write, in which the year comes last. */
const YEAR_LAST = /^([a-z]{3} [a-z]{3} +\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/i;

/**
 * A date in the form of an API: `YYYY-MM-DD` where only a day was given, otherwise UTC `YYYY-MM-DDTHH:mm:ssZ`.
 *
 * Takes what n8n and people write: ISO 8601 and SQL, RFC 2822, JavaScript's own form, English month names,
 * `YYYY/MM/DD`, `D.M.YYYY`, `D/M/YYYY` where one number can only be the day, epoch seconds or milliseconds, Date and
 * Luxon objects. A value that could mean two dates, or that names its zone by letters such as EST, is refused.
 *
 * @param zone IANA zone for values that name none, e.g. the workflow's
 * @throws UnreadableDate
 */
export const normalizeDate = (value: unknown, zone: string): string =>
	exactDate(value, zone).replace(/\.\d{3}Z$/, 'Z');

/** As `normalizeDate`, but a time has its milliseconds, e.g. `2021-06-03T23:15:33.008Z`. */
export function exactDate(value: unknown, zone: string): string {
	if (typeof value === 'number') return fromNumber(value);
	if (value instanceof Date) return toUtc(value, zone);
	if (typeof value === 'object' && value !== null && 'isLuxonDateTime' in value) return toUtc(value, zone);
	if (typeof value !== 'string') throw unreadable('is not a date');
	const text = value.trim().replace(YEAR_LAST, '$1 $3 $2');
	if (/^(\d{10}|\d{13})$/.test(text)) return fromNumber(Number(text));
	for (const { form, order } of DAY_FORMS) {
		const match = form.exec(text);
		if (!match) continue;
		const [whole, ...parts] = match;
		const day = calendarDay(parts, order, whole);
		const rest = text.slice(whole.length);
		if (rest === '') return day;
		const { time, named } = readTime(rest);
		return toUtc(day + time, named ?? zone);
	}
	throw unreadable('is not a date');
}

/**
 * Ten digits are seconds until the year 2286, and thirteen are milliseconds. A spreadsheet's count of days has five
 * digits.
 */
function fromNumber(number: number): string {
	if (Math.abs(number) < 1e8) {
		throw unreadable('could be a day or a number of seconds: write days as text');
	}
	const date = new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
	if (Number.isNaN(date.getTime())) throw unreadable('is not a date');
	return toUtc(date, 'utc');
}

function toUtc(value: unknown, zone: string): string {
	let date: ReturnType<typeof tryToParseDateTime>;
	try {
		date = tryToParseDateTime(value, zone);
	} catch {
		throw unreadable('is not a date that exists');
	}
	const utc = date.toUTC();
	if (utc.year < 1 || utc.year > 9999) throw unreadable('is not within the years 1 to 9999');
	return utc.toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");
}

function calendarDay(parts: string[], order: 'ymd' | 'dmy' | 'mdy' | 'unclear', text: string): string {
	const [first = '', second = '', third = ''] = parts;
	if (order === 'ymd') return existingDay(first, second, third);
	if (order === 'dmy') return existingDay(third, second, first);
	if (order === 'mdy' || Number(second) > 12) return existingDay(third, first, second);
	const couldBeTwo = Number(first) <= 12 && first !== second && Number(first) > 0 && Number(second) > 0;
	if (couldBeTwo) throw unreadable(`could be two dates (is ${text} in month ${first} or ${second}?)`);
	return existingDay(third, second, first);
}

function existingDay(year: string, monthText: string, dayText: string): string {
	const named = MONTHS.indexOf(monthText.slice(0, 3).toLowerCase()) + 1;
	const month = named > 0 ? named : Number(monthText);
	const day = Number(dayText);
	const date = new Date(Date.UTC(2000, month - 1, day));
	date.setUTCFullYear(Number(year), month - 1, day);
	if (Number(year) < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
		throw unreadable('is not a date that exists');
	}
	return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** @returns the ISO form of a time and its offset, e.g. `T14:15:00+01:00`, and the zone that it names by an IANA name */
function readTime(text: string): { time: string; named?: string } {
	const match = TIME.exec(text);
	if (!match) throw unreadable('has a time or a time zone that cannot be read');
	const [, hourText, minute, second = '00', fraction = '0', half, utc, offset, comment, named] = match;
	const isUtc = utc !== undefined || /^[([](utc|gmt|z)[)\]]$/i.test(comment ?? '');
	// A zone that stands only in brackets is refused, because it would be ignored.
	if ((comment && !isUtc && !offset) || (named && (isUtc || offset))) {
		throw unreadable('has a time zone that cannot be read');
	}
	let hour = Number(hourText);
	if (half) {
		if (hour < 1 || hour > 12) throw unreadable('has a time that does not exist');
		hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
	}
	const time = `T${String(hour).padStart(2, '0')}:${minute}:${second}.${fraction.slice(0, 3)}`;
	if (!offset) return { time: isUtc ? `${time}Z` : time, ...(named && { named }) };
	const [, sign, hours = '', minutes = '00'] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(offset) ?? [];
	return { time: `${time}${sign}${hours.padStart(2, '0')}:${minutes}` };
}
