import { InvalidInput } from '../../shared/core/errors';
import { inQuotes } from '../../shared/core/readValue';
import { indicatorBody } from './indicators';
import { isFileName, isHost, SUMMARIES, URL_WITH_SCHEME } from './indicatorSummaries';

/** Indicators in a text as people paste it: their types are recognized, and defanged values are made whole again. */

type RecognizedIndicator = { type: string; summary: string };

const REGISTRY_KEY = /^HK(?:EY_[A-Z_]+|CC|CR|CU|LM|PD|U):?\\/i;

// Blanks are counted, because a pattern that takes any number of them takes too long on a row of empty cells.
const BRACKETED =
	/[ \t]{0,4}[[({<]{1,2}[ \t]{0,4}(\.|dot|@|at|:\/\/|:|\/\/|\/)[ \t]{0,4}[\])}>]{1,2}[ \t]{0,4}/gi;
const WORDS: Readonly<Record<string, string>> = { at: '@', dot: '.' };
/** A bracket that was forgotten, or a backslash. */
const HALF_BRACKETED = /(?<=[\p{L}\p{N}])(?:[[({\\]\.|\.[\])}])(?=[\p{L}\p{N}])/gu;

/** A line without what keeps its values from being followed by a click, such as `hxxp` and `[.]`. */
const refang = (line: string): string =>
	line
		.replace(BRACKETED, (_all, sign: string) => WORDS[sign.toLowerCase()] ?? sign)
		.replace(/(?<![\p{L}\p{N}])h(?:xx|tx|xt|\*\*)p(s?)(?=:)/giu, 'http$1')
		.replace(/(?<![\p{L}\p{N}])f(?:x|\*)p(s?)(?=:)/giu, 'ftp$1')
		.replace(/(?<![\p{L}\p{N}])(https?|ftps?|sftp):(?:\\\\|\/\/)/giu, '$1://');

/** The indicator that a refanged value is; `undefined` if it is none, or could be of two types. */
function recognized(text: string): RecognizedIndicator | undefined {
	const [found, other] = Object.entries(SUMMARIES).flatMap(([type, summaryOf]) => {
		const summary = summaryOf(text);
		return summary === undefined ? [] : [{ type, summary }];
	});
	return other === undefined ? found : undefined;
}

/** A value with a whole host. In the path of a URL, a bracket may be meant. */
const withWholeHost = (value: string): string =>
	value.replace(/^(?:[a-z]+:\/\/)?[^/?#]*/i, (start) => start.replace(HALF_BRACKETED, '.'));

const withoutQuotes = (text: string): string => text.replace(/^(["'`])([^"'`]*)\1$|^<([^<>]*)>$/, '$2$3');

const isSeparator = (sign: string | undefined) => sign === ',' || sign === ';';

/** A text without the separators around it. */
function withoutSeparators(text: string): string {
	let [start, end] = [0, text.length];
	while (start < end && isSeparator(text[start])) start += 1;
	while (end > start && isSeparator(text[end - 1])) end -= 1;
	return text.slice(start, end);
}

/** Characters without width, which people copy unseen, also within a value. */
const WITHOUT_WIDTH = /[\u00AD\u200B-\u200F\u2060\uFEFF]/g;

/** A separator before the scheme of a URL stands between two values. */
const BEFORE_URL = /[,;](?=(?:https?|ftps?|sftp):\/\/)/i;

const LIST =
	'Remove what is no indicator; Add Field > Associated Indicators takes any indicator by its type and summary.';

/** What to do about a value that is not recognized. */
function adviceFor(text: string): string {
	if (/^(?:\[[\da-f:.]+\]|[^\s:/]+):\d{1,5}$/i.test(text)) {
		return 'An address or a host has no port: leave it out, or give a URL with its scheme.';
	}
	if (isFileName(text)) {
		return 'It looks like the name of a file: give the MD5, SHA-1 or SHA-256 of the file.';
	}
	if (URL_WITH_SCHEME.test(text)) {
		return 'It may be one URL or several values: put each value on a line of its own, with no comma behind it.';
	}
	if (isHost(text.replace(/[/?#].*$/s, ''))) return 'A URL needs its scheme, such as https://.';
	return 'Recognized are addresses, CIDR blocks, hosts, URLs, e-mail addresses, ASNs, file hashes and registry keys.';
}

/** The values of a line. A comma or a semicolon is a part of a URL, but if all around it are indicators, nobody can know. */
function valuesOf(line: string): string[] {
	if (REGISTRY_KEY.test(line)) return [line];
	const whole = refang(line).replace(/(?<=[\da-f]{32})[ \t]{0,4}:[ \t]{0,4}(?=[\da-f]{32})/gi, ':');
	const values = whole
		.split(/\s+/)
		.flatMap((given) => given.split(BEFORE_URL))
		.flatMap((given) => {
			const value = withoutQuotes(withoutSeparators(given));
			return URL_WITH_SCHEME.test(value) ? [value] : value.split(/[,;]+/).map(withoutQuotes);
		})
		.map(withWholeHost);
	// Words are named as a whole.
	const areWords = values.every((value) => /^[\p{L}'!?-]+$/u.test(value) && recognized(value) === undefined);
	return areWords && !/[,;]/.test(line) ? [line] : values;
}

const isSeveral = (text: string): boolean => {
	const parts = text.split(/[,;]/);
	return parts.length > 1 && parts.every((part) => recognized(part) !== undefined);
};

function indicatorOf(text: string, label: string): RecognizedIndicator | undefined {
	if (!REGISTRY_KEY.test(text)) return isSeveral(text) ? undefined : recognized(text);
	// What stands behind the type of the value would be lost.
	if (/ : REG_\w*\W/.test(text)) return undefined;
	// A key without a value has no summary in ThreatConnect: the message says so.
	indicatorBody('Registry Key', text, label);
	return { type: 'Registry Key', summary: text };
}

/**
 * The indicators in a text: one per line, or separated by blanks, commas or semicolons.
 *
 * Mutexes, user agents, e-mail subjects, hashtags and custom types look like any other text, so they are never recognized.
 *
 * @throws InvalidInput naming each value that is no indicator
 */
export function recognizeIndicators(text: string, label: string): RecognizedIndicator[] {
	const values = text
		.replace(WITHOUT_WIDTH, '')
		.split(/[\r\n]+/)
		.flatMap((line) => valuesOf(line.trim()))
		.filter((value) => value !== '');
	const found = values.map((value) => ({ value, indicator: indicatorOf(value, label) }));
	const unknown = [...new Set(found.flatMap(({ value, indicator }) => (indicator ? [] : [value])))];
	const [first, ...others] = unknown;
	if (first !== undefined) {
		const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
		throw new InvalidInput(
			`${label} cannot be recognized: ${[first, ...others.slice(0, SHOWN)].map(inQuotes).join(', ')}${more}`,
			`${adviceFor(first)} ${LIST}`,
		);
	}
	return found.flatMap(({ indicator }) => indicator ?? []);
}

/** How many values a message names besides the first. */
const SHOWN = 4;
