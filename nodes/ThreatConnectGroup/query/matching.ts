/**
 * The one rule that decides whether names, XIDs and indicators are the same, for Create or Update, for Get Many and for
 * associations.
 *
 * Blanks around a text do not count, because spreadsheets and forms leave them there, and servers may cut them off.
 * Composed and decomposed letters (NFC, NFD) are the same, because they look the same. Upper and lower case count,
 * because ThreatConnect treats names that differ only in case as different groups.
 */

/** The spelling in which a name or an XID is compared. It is also sent, if the node chooses the spelling. */
export const plainSpelling = (text: string): string => text.normalize('NFC').trim();

export const isSameText = (one: unknown, other: unknown): boolean =>
	plainSpelling(String(one)) === plainSpelling(String(other));

/** The spellings that a query asks for, because a database may compare texts letter by letter. */
export const spellingsOf = (text: string): string[] => {
	const plain = plainSpelling(text);
	return [...new Set([plain, plain.normalize('NFD'), text])];
};

/** The groups of a query that have the name. If some of them have it letter by letter, only these. */
export function withName<Group extends { name?: unknown }>(groups: readonly Group[], name: string): Group[] {
	const alike = groups.filter((group) => isSameText(group.name, name));
	const exact = alike.filter((group) => group.name === name);
	return exact.length > 0 ? exact : alike;
}

/**
 * The types whose values are the same in upper and lower case. For others, also for custom ones, ThreatConnect may keep
 * both as two indicators.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v2/indicators/indicators.html (`casePreference`)
 */
const CASE_INSENSITIVE_TYPES = ['ASN', 'Address', 'CIDR', 'EmailAddress', 'File', 'Host'];

/** The scheme and the host of a URL. Upper and lower case count only behind them. */
const URL_START = /^[a-z][a-z\d+.-]*:\/\/[^/?#@]*(?=[/?#]|$)/i;

/** A spelling that is the same for each way to write an indicator of a type. */
export function indicatorSpelling(type: string, summary: string): string {
	const parts = summary.split(' : ').map(plainSpelling).join(' : ');
	if (CASE_INSENSITIVE_TYPES.includes(type)) return parts.toLowerCase();
	return type === 'URL' ? parts.replace(URL_START, (start) => start.toLowerCase()) : parts;
}

/** The spellings by which an indicator is found: its summary, or each hash of a file. */
export function indicatorSpellings(type: string, summary: string): string[] {
	const spelling = indicatorSpelling(type, summary);
	return type === 'File' ? spelling.split(' : ') : [spelling];
}

/** Whether an indicator of a type is the one that a summary means. A file is meant if it has all the hashes. */
export function isSameIndicator(type: string, summary: string, shown: string): boolean {
	const spellings = indicatorSpellings(type, shown);
	return indicatorSpellings(type, summary).every((one) => spellings.includes(one));
}
