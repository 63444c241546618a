import { messages, withoutNames } from '../docs/messages';
import { filesIn, read } from '../docs/pages';

/** Texts of the sources with three words or more that no user sees as a message. */
const OTHERS = [
	// Parts of a label, which the message follows.
	'<>: a key',
	'<>: the value of "<>"',
	'<>, entry<>: the key',
	'<>: "XID" (xid)',
	'"Custom Fields": the key',
	'"Custom Fields": the value of "<>"',
	'The ID of the group',
	'The ID of the user',
	'The ID of the post',
	'"Associated Groups" (associatedGroups): the XID',
	'The JSON body',
	'Groups are matched by it',
	'The parameter "<>"',
	'the indicator "<>" of the type<>',
	'a type and a summary',
	'a type and a user',
	'<>: "ID" (id)',
	'<>: "Type" (type)',
	'<>: "Indicator Owner" (ownerName)',
	'A bulk deletion must name the owner',
	'and<>more',
	'and the XID "<>"',
	'custom field<>',
	'or a<>',
	'(new, of item<>)',
	'(new,<>of item<>)',
	'attributes, which is how attributes are removed',
	// Queries.
	'id in (<>)',
	'id in (<>) and<>',
	'id =<>and<>',
	'and id !=<>',
	'(indicatorActive = true or indicatorActive = false)',
	'summary asc id asc',
	'summary contains<>',
	'summary startswith<>',
	// Words of forms, which are joined before they are shown, and values of the services.
	'<>, security labels',
	'separated by commas, one per line, or an array from an expression',
	'; to clear a field use Options > Clear Fields',
	'created in ThreatConnect',
	'to leave out',
	'Finding [Compliance violations]',
	'Finding [Configuration weaknesses]',
	'Finding [Missing patches]',
	'Finding [Security posture gaps]',
	'First seen and last seen',
	'Social Engineering (non-phishing)',
	'Third Party Reported',
	'User Agent String',
];

const page = read('docs/troubleshooting.md').replace(/\\\|/g, '|');
const spans = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, span = '']) => span);
const listed = new Set(spans.map((span) => withoutNames(span.replace(/^… /, ''))));
const prose = withoutNames(page.replace(/`|\*\*/g, '').replace(/\s+/g, ' '));

/** A message with `<>` in place of the field or parameter at its beginning. */
const general = (text: string) => withoutNames(text.replace(/^"[^"]*" \(\w+\)/, '<>'));

/** The message without the advice, if both are one text. */
const openings = (text: string): string[] => [
	text,
	...[...text.matchAll(/\.(?: |$)/g)].map(({ index }) => text.slice(0, index)),
];

const isListed = (text: string) => openings(text).some((one) => listed.has(one) || listed.has(general(one)));

/** Whether a text is advice, which stands beside the message. */
const isAdvice = (text: string) =>
	!text.startsWith('<>') && openings(text).some((one) => prose.includes(one));

const texts = messages();

test('every message that the nodes and credentials can give stands in docs/troubleshooting.md', () => {
	expect(texts.length).toBeGreaterThan(150);
	const unlisted = texts.filter((text) => !OTHERS.includes(text) && !isListed(text) && !isAdvice(text));
	expect(unlisted).toEqual([]);
});

test('docs/troubleshooting.md lists no message that nobody can get', () => {
	const known = new Set(texts.flatMap(openings).flatMap((text) => [text, general(text)]));
	expect(spans.filter((span) => !known.has(withoutNames(span.replace(/^… /, ''))))).toEqual([]);
	expect(OTHERS.filter((text) => !texts.includes(text))).toEqual([]);
});

test('the words of the services in docs/troubleshooting.md are those of the simulators', () => {
	// The simulators' own tests repeat these words, so they do not count.
	const sources = filesIn('test/simulators', '.ts').filter(
		(path) => !/\.test\.ts$|testSupport\.ts$/.test(path),
	);
	const simulators = sources.map(read).join('\n');
	const words = [...page.matchAll(/^\| (?:ThreatConnect|AttackForge) \d+, `([^`]+)`/gm)].map(
		([, said = '']) => said,
	);
	expect(words.length).toBeGreaterThan(3);
	expect(words.filter((said) => !simulators.includes(said))).toEqual([]);
});
