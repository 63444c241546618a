import type { Cell, Law } from './laws';
import type { DataMode } from './operations';

/** What does not hold today. A fix takes its rows out: a test fails for a row that holds. */

export type KnownRow = {
	/** Of issue 15: which of its faults shows. */
	item: number;
	law: Law;
	operation: string;
	/** Absent: in all of them. */
	modes?: readonly DataMode[];
	kinds: readonly string[];
};

export const isAbout = ({ law, operation, modes, kinds }: KnownRow, cell: Cell): boolean =>
	law === cell.law &&
	operation === cell.operation.name &&
	kinds.includes(cell.kind) &&
	(modes === undefined || (cell.mode !== undefined && modes.includes(cell.mode)));

export const isKnown = (cell: Cell): boolean => KNOWN.some((row) => isAbout(row, cell));

// prettier-ignore
export const KNOWN: readonly KnownRow[] = [
	{ item: 1, law: 'address', operation: 'threatConnect file/upload', kinds: ['findBy1 page of another host'] },
	{ item: 1, law: 'address', operation: 'threatConnect group/addPost', kinds: ['findBy1 page of another host', 'findBy1 page of another kind'] },
	{ item: 1, law: 'address', operation: 'threatConnect group/delete', kinds: ['findBy1 page of another host', 'findBy1 page of another kind'] },
	{ item: 1, law: 'address', operation: 'threatConnect group/update', kinds: ['findBy1 page of another host', 'findBy1 page of another kind'] },
	{ item: 2, law: 'address', operation: 'attackForge group/upsert', kinds: ['matchBy0 decomposed name', 'matchBy0 padded name', 'matchBy1 padded custom field'] },
	{ item: 2, law: 'address', operation: 'threatConnect group/bulkImport', kinds: ['nothing0 padded xid'] },
	{ item: 2, law: 'address', operation: 'threatConnect group/upsert', kinds: ['groupXid0 padded xid', 'matchBy1 decomposed name', 'matchBy1 padded name'] },
	{ item: 3, law: 'address', operation: 'threatConnect group/upsert', kinds: ['two items name one record (1)'] },
	{ item: 7, law: 'address', operation: 'attackForge group/update', kinds: ['a change of another client'] },
	{ item: 7, law: 'address', operation: 'attackForge group/upsert', kinds: ['a change of another client'] },
	{ item: 7, law: 'address', operation: 'attackForge project/link', kinds: ['a change of another client'] },
	{ item: 7, law: 'address', operation: 'attackForge project/unlink', kinds: ['a change of another client'] },
	{ item: 9, law: 'address', operation: 'attackForge member/changeAccess', kinds: ['answer about another user'] },
	{ item: 9, law: 'address', operation: 'attackForge member/remove', kinds: ['answer about another user'] },
	{ item: 10, law: 'frame', operation: 'attackForge group/create', kinds: ['access list hollow', 'access list white'] },
	{ item: 10, law: 'frame', operation: 'attackForge group/update', kinds: ['access list commas', 'access list hollow'] },
	{ item: 10, law: 'frame', operation: 'attackForge group/upsert', kinds: ['access list commas', 'access list hollow', 'access list white'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/create', kinds: ['custom field commas', 'custom field hollow', 'custom field white', 'list commas', 'list hollow', 'list white', 'switch commas', 'switch hollow', 'switch white', 'text absent', 'text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/create', modes: ['autoMap', 'json'], kinds: ['custom field absent'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/update', kinds: ['custom field commas', 'custom field hollow', 'custom field white', 'list commas', 'list hollow', 'list white', 'switch commas', 'switch hollow', 'switch white', 'text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/update', modes: ['autoMap', 'json'], kinds: ['custom field absent'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/update', modes: ['json'], kinds: ['list absent', 'switch absent', 'text absent'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/upsert', kinds: ['custom field commas', 'custom field hollow', 'custom field white', 'list commas', 'list hollow', 'list white', 'switch commas', 'switch hollow', 'switch white', 'text absent', 'text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/upsert', modes: ['autoMap', 'json'], kinds: ['custom field absent'] },
	{ item: 11, law: 'frame', operation: 'attackForge group/upsert', modes: ['json'], kinds: ['list absent', 'switch absent'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/bulkImport', kinds: ['text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/bulkImport', modes: ['define'], kinds: ['list hollow'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/create', kinds: ['text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/create', modes: ['define'], kinds: ['list hollow'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/update', kinds: ['text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/update', modes: ['define'], kinds: ['list hollow'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/update', modes: ['json'], kinds: ['list absent', 'text absent'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/upsert', kinds: ['text commas', 'text hollow', 'text white'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/upsert', modes: ['define'], kinds: ['list hollow'] },
	{ item: 11, law: 'frame', operation: 'threatConnect group/upsert', modes: ['json'], kinds: ['list absent', 'text absent'] },
	{ item: 12, law: 'frame', operation: 'threatConnect group/bulkImport', kinds: ['row absent', 'row commas', 'row hollow', 'row white'] },
	{ item: 12, law: 'frame', operation: 'threatConnect group/create', kinds: ['row absent', 'row commas', 'row hollow', 'row white'] },
	{ item: 12, law: 'frame', operation: 'threatConnect group/update', kinds: ['row absent', 'row commas', 'row hollow', 'row white'] },
	{ item: 12, law: 'frame', operation: 'threatConnect group/upsert', kinds: ['row absent', 'row commas', 'row hollow', 'row white'] },
	{ item: 13, law: 'address', operation: 'attackForge group/upsert', kinds: ['matchBy1 number beyond 2^53'] },
	{ item: 13, law: 'address', operation: 'threatConnect group/bulkImport', kinds: ['nothing0 xid beyond 2^53'] },
	{ item: 13, law: 'frame', operation: 'attackForge group/create', kinds: ['number beyond 2^53 in custom_fields', 'number beyond 2^53 in group_owner', 'number beyond 2^53 in primary_contact_number'] },
	{ item: 13, law: 'frame', operation: 'attackForge group/update', kinds: ['number beyond 2^53 in custom_fields', 'number beyond 2^53 in group_owner', 'number beyond 2^53 in primary_contact_number'] },
	{ item: 13, law: 'frame', operation: 'attackForge group/upsert', kinds: ['number beyond 2^53 in custom_fields', 'number beyond 2^53 in group_owner', 'number beyond 2^53 in primary_contact_number'] },
	{ item: 13, law: 'frame', operation: 'threatConnect group/bulkImport', kinds: ['number beyond 2^53 in attributes', 'number beyond 2^53 in description', 'number beyond 2^53 in tags'] },
	{ item: 13, law: 'frame', operation: 'threatConnect group/create', kinds: ['number beyond 2^53 in attributes', 'number beyond 2^53 in description', 'number beyond 2^53 in tags'] },
	{ item: 13, law: 'frame', operation: 'threatConnect group/update', kinds: ['number beyond 2^53 in attributes', 'number beyond 2^53 in description', 'number beyond 2^53 in tags'] },
	{ item: 13, law: 'frame', operation: 'threatConnect group/upsert', kinds: ['number beyond 2^53 in attributes', 'number beyond 2^53 in description', 'number beyond 2^53 in tags'] },
	{ item: 14, law: 'frame', operation: 'threatConnect group/update', modes: ['autoMap'], kinds: ['as read'] },
	{ item: 17, law: 'once', operation: 'attackForge group/create', kinds: ['retry of a saved execution after a lost answer', 'retry of a saved execution after the second item', 'retry of a saved execution, values by chance'] },
	{ item: 17, law: 'once', operation: 'threatConnect group/addPost', kinds: ['retry of a saved execution after a lost answer', 'retry of a saved execution after the second item', 'retry of a saved execution, values by chance'] },
	{ item: 17, law: 'once', operation: 'threatConnect group/create', kinds: ['retry of a saved execution, values by chance'] },
	{ item: 17, law: 'once', operation: 'threatConnect group/update', kinds: ['Retry On Fail after the second item'] },
	{ item: 17, law: 'once', operation: 'threatConnect group/upsert', kinds: ['Retry On Fail after the second item'] },
	{ item: 18, law: 'once', operation: 'attackForge group/create', kinds: ['tool with Retry On Fail after a lost answer'] },
	{ item: 18, law: 'once', operation: 'threatConnect group/addPost', kinds: ['tool with Retry On Fail after a lost answer'] },
	{ item: 18, law: 'once', operation: 'threatConnect group/create', kinds: ['tool with Retry On Fail after a lost answer'] },
	{ item: 19, law: 'once', operation: 'threatConnect group/bulkImport', kinds: ['retry of a saved execution after a lost answer'] },
	{ item: 20, law: 'once', operation: 'threatConnect group/bulkImport', kinds: ['whole workflow again', 'whole workflow again, other types'] },
	{ item: 20, law: 'once', operation: 'threatConnect group/upsert', kinds: ['whole workflow again'] },
	{ item: 21, law: 'once', operation: 'threatConnect group/upsert', kinds: ['whole workflow again, other types'] },
	{ item: 22, law: 'address', operation: 'attackForge group/upsert', kinds: ['matchBy1 custom field in a list'] },
	{ item: 24, law: 'truth', operation: 'attackForge group/archive', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge group/create', kinds: ['error in success (writes)', 'errors in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge group/update', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge group/upsert', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge member/add', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge member/changeAccess', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'attackForge member/remove', kinds: ['error in success (writes)', 'errors in success (writes)', 'nothing in success (writes)'] },
	{ item: 24, law: 'truth', operation: 'threatConnect group/delete', kinds: ['record missing (writes)'] },
	{ item: 24, law: 'truth', operation: 'threatConnect group/update', kinds: ['record missing (writes)'] },
	{ item: 24, law: 'truth', operation: 'threatConnect group/upsert', kinds: ['record missing (writes)'] },
	{ item: 25, law: 'truth', operation: 'attackForge member/getAll', kinds: ['lists missing (reads)'] },
	{ item: 25, law: 'truth', operation: 'threatConnect group/getAll', kinds: ['lists missing (reads)'] },
	{ item: 26, law: 'truth', operation: 'threatConnect file/upload', kinds: ['record missing (writes)'] },
	{ item: 29, law: 'once', operation: 'attackForge member/add', kinds: ['whole workflow again'] },
	{ item: 29, law: 'once', operation: 'attackForge member/remove', kinds: ['whole workflow again'] },
];
