/**
 * The one rule that decides whether names and XIDs are the same, for Create or Update, for Get Many and for XIDs.
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
