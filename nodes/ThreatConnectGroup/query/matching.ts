/**
 * The one rule by which names and XIDs are the same, for Create or Update, for Get Many and for XIDs.
 *
 * Blanks around a text do not count, because spreadsheets and forms leave them there, and servers may cut them off.
 * Composed and decomposed letters (NFC, NFD) are the same, because they look the same. Upper and lower case count: names
 * that differ in it are different groups to ThreatConnect.
 */

/** The spelling in which a name or an XID is compared and, where the node chooses it, sent. */
export const plainSpelling = (text: string): string => text.normalize('NFC').trim();

export const isSameText = (one: unknown, other: unknown): boolean =>
	plainSpelling(String(one)) === plainSpelling(String(other));

/** The spellings that a query asks for: a database compares letter by letter, or more loosely. */
export const spellingsOf = (text: string): string[] => {
	const plain = plainSpelling(text);
	return [...new Set([plain, plain.normalize('NFD'), text])];
};

/** Of groups that a query brought, those that have the name; those that have it letter by letter, where there are any. */
export function withName<Group extends { name?: unknown }>(groups: readonly Group[], name: string): Group[] {
	const alike = groups.filter((group) => isSameText(group.name, name));
	const exact = alike.filter((group) => group.name === name);
	return exact.length > 0 ? exact : alike;
}
