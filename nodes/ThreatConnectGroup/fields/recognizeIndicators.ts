import { InvalidInput } from '../../shared/core/errors';
import { inQuotes } from '../../shared/core/readValue';
import { indicatorBody } from './indicators';

/** Indicators in a text as people paste it: their types are recognized, and defanged values are made whole again. */

export type RecognizedIndicator = { type: string; summary: string };

/** Endings of file names that are no top-level domain. `zip`, `sh`, `py`, `mov` and `com` are both, and are taken for hosts. */
const FILE_ENDINGS = new Set(
	[
		'apk,aspx,bak,bat,bin,bmp,cfg,chm,class,cmd,conf,cpl,csv,dat,db,dll,dmg,doc,docm,docx,dot,dotm,dylib,elf,eml,evtx,exe',
		'gif,gz,hta,htm,html,ico,img,inf,ini,iqy,iso,jar,jnlp,jpeg,jpg,js,jse,json,jsp,jspx,lnk,log,lua,mdb,msg,msi,ocx,odt',
		'pcap,pdf,pem,php,pif,plist,png,potx,pps,ppsx,ppt,pptm,pptx,rar,reg,rtf,scr,sct,svg,swf,sys,tar,tmp,ttf,txt,url,vbe',
		'vbs,vhd,wav,wsf,wsh,xll,xls,xlsb,xlsm,xlsx,xml,yar,yara,yaml,yml',
	].flatMap((endings) => endings.split(',')),
);

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const HOST = /^(?=.{4,253}$)(?:(?!-)[\p{L}\p{N}_-]{1,63}(?<!-)\.)+(?:\p{L}{2,63}|xn--[a-z0-9-]{2,59})$/iu;
const URL_WITH_SCHEME = /^(https?|ftps?|sftp):\/\/([^\s/?#]+)(\S*)$/i;
const HASH_LENGTHS = [32, 40, 64];
const REGISTRY_KEY = /^HK(?:EY_[A-Z_]+|CC|CR|CU|LM|PD|U):?\\/i;

/** A host in the letters that ThreatConnect takes. */
const inAscii = (host: string): string =>
	/^[\x21-\x7e]+$/.test(host) || !URL.canParse(`http://${host}`) ? host : new URL(`http://${host}`).hostname;

/** ThreatConnect writes each of the eight groups, without leading zeros (documentation, Common Errors). */
function wholeIpv6(text: string): string | undefined {
	if (!/^[\da-f:.]*:[\da-f:.]*$/i.test(text) || !URL.canParse(`http://[${text}]`)) return undefined;
	const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
	if (tail === undefined) return head;
	const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')));
	const zeros = Array<string>(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
	return [...(before ?? []), ...zeros, ...(after ?? [])].join(':');
}

const addressOf = (text: string): string | undefined => (IPV4.test(text) ? text : wholeIpv6(text));

const isFileName = (text: string): boolean =>
	FILE_ENDINGS.has(/\.([a-z]+)$/i.exec(text)?.[1]?.toLowerCase() ?? '');

const isHost = (text: string): boolean => HOST.test(text) && !isFileName(text);

function blockOf(text: string): string | undefined {
	const [, range = '', length = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
	const address = addressOf(range);
	const most = IPV4.test(range) ? 32 : 128;
	return address !== undefined && Number(length) <= most ? `${address}/${Number(length)}` : undefined;
}

function urlOf(text: string): string | undefined {
	const [, scheme = '', authority = '', rest = ''] = URL_WITH_SCHEME.exec(text) ?? [];
	if (authority === '' || !URL.canParse(text)) return undefined;
	// The host of a URL must be in lower case. What stands before an @ is no part of the host.
	const at = authority.lastIndexOf('@') + 1;
	const [, host = '', port = ''] = /^(.*?)(:\d*)?$/.exec(authority.slice(at)) ?? [];
	return `${scheme.toLowerCase()}://${authority.slice(0, at)}${inAscii(host).toLowerCase()}${port}${rest}`;
}

function fileOf(text: string): string | undefined {
	const hashes = text.split(':');
	const isEach = hashes.every((hash) => /^[0-9a-f]+$/i.test(hash) && HASH_LENGTHS.includes(hash.length));
	const isOnce = new Set(hashes.map(({ length }) => length)).size === hashes.length;
	return isEach && isOnce ? hashes.join(' : ') : undefined;
}

/** Each type with the summary of a text of that type; `undefined` for any other text. */
const TYPES: Readonly<Record<string, (text: string) => string | undefined>> = {
	Address: addressOf,
	// People write AS204288, and ThreatConnect ASN204288.
	ASN: (text) => (/^ASN?\d{1,10}$/i.test(text) ? `ASN${text.replace(/\D+/, '')}` : undefined),
	CIDR: blockOf,
	EmailAddress: (text) => {
		const [, , host = ''] = /^([\p{L}\p{N}.!#$%&'*+/?^_`{|}~-]+)@([^@]+)$/u.exec(text) ?? [];
		return isHost(host) ? text : undefined;
	},
	File: fileOf,
	Host: (text) => (isHost(text) ? inAscii(text) : undefined),
	URL: urlOf,
};

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
	const [found, other] = Object.entries(TYPES).flatMap(([type, summaryOf]) => {
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

/** What stands between values, and characters without width, which people copy unseen. */
const BETWEEN = /[\s\u00AD\u200B-\u200F\u2060\uFEFF]+/;

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
		.split(BETWEEN)
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
