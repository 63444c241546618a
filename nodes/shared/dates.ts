import { tryToParseDateTime } from 'n8n-workflow';

const DATE_ONLY = /^(\d{4})-(\d{2})-(\d{2})$/;
const ISO_OR_SQL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/i;
const HAS_MONTH_NAME = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;
const HAS_TIME = /\d:\d{2}/;
const HAS_ZONE = /(\b(gmt|utc?|z)|[+-]\d{2}:?\d{2})\)?$/i;
const NUMERIC_DATE = /^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})$/;

/** What a date could not be read as; the message completes the sentence `<field>: "<value>" …`. */
export class UnreadableDate extends Error {}

const unreadable = (why: string) => new UnreadableDate(why);

/**
 * A date in the form that ThreatConnect documents: `YYYY-MM-DD` where only a day was given, otherwise UTC
 * `YYYY-MM-DDTHH:mm:ssZ`.
 *
 * Takes what n8n and people write: ISO 8601 and SQL, RFC 2822, dates with an English month name, `YYYY/MM/DD`,
 * `D.M.YYYY`, `D/M/YYYY` where one number can only be the day, epoch seconds or milliseconds, Date and Luxon objects.
 *
 * @param value anything
 * @param zone IANA zone for values that name none, e.g. the workflow's
 * @throws UnreadableDate
 */
export function normalizeDate(value: unknown, zone: string): string {
	if (typeof value === 'number' || (typeof value === 'string' && /^\d{10}$|^\d{13}$/.test(value.trim()))) {
		return fromEpoch(Number(value));
	}
	if (typeof value !== 'string') return toUtc(parse(value, zone));
	const text = value.trim();
	if (DATE_ONLY.test(text)) return calendarDate(text);
	if (ISO_OR_SQL.test(text)) return toUtc(parse(text, zone));
	const numeric = NUMERIC_DATE.exec(text);
	if (numeric) return calendarDate(orderNumericDate(text, numeric));
	if (HAS_MONTH_NAME.test(text) && /\d{4}/.test(text)) return fromMonthName(text, zone);
	throw unreadable('is not a date');
}

function parse(value: unknown, zone: string) {
	try {
		return tryToParseDateTime(value as string, zone);
	} catch {
		throw unreadable('is not a date that exists');
	}
}

function toUtc(date: ReturnType<typeof parse>): string {
	if (date.year < 1 || date.year > 9999) throw unreadable('is not within the years 1 to 9999');
	return date.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
}

/** Ten digits are seconds until the year 2286, thirteen are milliseconds. */
function fromEpoch(number: number): string {
	const milliseconds = Math.abs(number) < 1e11 ? number * 1000 : number;
	const date = new Date(milliseconds);
	if (Number.isNaN(date.getTime())) throw unreadable('is not a date');
	return toUtc(parse(date, 'utc'));
}

function calendarDate(text: string): string {
	const [, year, month, day] = DATE_ONLY.exec(text) ?? [];
	const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
	if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) {
		throw unreadable('is not a date that exists');
	}
	return text;
}

function orderNumericDate(text: string, [, first, separator, second, third]: RegExpExecArray): string {
	const write = (year = '', month = '', day = '') =>
		`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	if (first?.length === 4 && (third?.length ?? 0) <= 2) return write(first, second, third);
	if (third?.length !== 4) throw unreadable('is not a date');
	// Dots are written day first everywhere; slashes and dashes are not.
	if (separator === '.' || Number(first) > 12) return write(third, second, first);
	if (Number(second) > 12) return write(third, first, second);
	if (Number(first) === Number(second)) return write(third, second, first);
	throw unreadable(`could be two dates (is ${text} in month ${first} or ${second}?)`);
}

function fromMonthName(text: string, zone: string): string {
	if (HAS_TIME.test(text) && HAS_ZONE.test(text)) return toUtc(parse(text, zone));
	// JavaScript would read such a text in the time zone of the server's process: read it as UTC and keep the digits.
	const wallClock = parse(`${text} UTC`, 'utc');
	if (!HAS_TIME.test(text)) return wallClock.toUTC().toFormat('yyyy-MM-dd');
	return toUtc(wallClock.toUTC().setZone(zone, { keepLocalTime: true }));
}
