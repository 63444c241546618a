import { refusalAbout } from './errors';

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|([+-])(\d{2}):(\d{2})))?$/;

/** `YYYY-MM-DDTHH:mm:ssZ`, the form of every date in a response. */
export function formatDate(milliseconds: number): string {
	return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** The moment that an ISO date names; `undefined` if it is not such a date, or not a day of the calendar. */
export function instant(text: string): number | undefined {
	const parts = ISO.exec(text);
	if (!parts) return undefined;
	const part = (index: number) => Number(parts[index] ?? 0);
	const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
	if (hour > 23 || minute > 59 || second > 59 || part(8) > 14 || part(9) > 59) return undefined;
	const offset = (parts[7] === '-' ? -1 : 1) * (part(8) * 60 + part(9));
	return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000;
}

/** docs: "2021-11-03" in, "2021-11-03T00:00:00Z" out. */
export function normaliseDate(field: string, text: string): string {
	const moment = instant(text);
	if (moment === undefined) throw refusalAbout('ImproperFormat', `The field "${field}" is not a valid date.`);
	return formatDate(moment);
}
