import { decodings } from '../support/spellings';

/** What must not be in anything that n8n stores or shows. */

export type Finding = { kind: 'secret' | 'html' | 'crash'; where: string; what: string };

/** What came of one run, in the parts that are judged differently. */
export type Shown = {
	/** All that n8n stores, logs or shows, by where it stands. Secrets are looked for in all of it. */
	stored: Record<string, unknown>;
	/** Texts that n8n's editor renders: hints, messages, descriptions, progress, names in drop-downs. */
	rendered: Record<string, unknown>;
	/** What was thrown, or stopped the execution. */
	thrown?: unknown;
	/** The messages of error items. */
	messages?: readonly string[];
};

/** The shortest secret that is looked for has 12 characters. */
const SHORTEST = 12;

/** Every text in a value: keys, values, what errors hide in properties that do not come out as JSON, and bytes. */
export function textsIn(value: unknown): Set<string> {
	const texts = new Set<string>();
	const seen = new Set<object>();
	const open: unknown[] = [value];
	while (open.length > 0) {
		const one = open.pop();
		if (typeof one === 'string') texts.add(one);
		if (typeof one !== 'object' || one === null || seen.has(one)) continue;
		seen.add(one);
		if (ArrayBuffer.isView(one)) {
			const bytes = Buffer.from(one.buffer, one.byteOffset, one.byteLength);
			texts.add(bytes.toString('latin1'));
			continue;
		}
		if (one instanceof Map || one instanceof Set) open.push(...one);
		for (const key of Object.getOwnPropertyNames(one)) {
			texts.add(key);
			const { value: own } = Object.getOwnPropertyDescriptor(one, key) ?? {};
			open.push(own);
		}
	}
	return texts;
}

/** @returns the texts in which a reader with decoders finds one of the secrets */
export function secretsIn(value: unknown, secrets: readonly string[]): string[] {
	const wanted = secrets.map((secret) => secret.toLowerCase());
	return [...textsIn(value)].filter(
		(text) =>
			text.length >= SHORTEST &&
			decodings(text).some((one) => {
				const read = one.toLowerCase();
				return wanted.some((secret) => read.includes(secret));
			}),
	);
}

/**
 * Where HTML's tokenizer begins a tag, a comment or a declaration: "<" and right after it a letter, a slash, "!" or "?". All
 * else is text. n8n's editor removes some elements from what it renders, but lets `a` and `img` pass.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#tag-open-state
 */
const TAG = /<[a-z/!?]/i;

/** @returns the texts that are more than text where HTML is rendered */
export const liveHtmlIn = (value: unknown): string[] => [...textsIn(value)].filter((text) => TAG.test(text));

/** Words of JavaScript and of Node.js about a fault of a program. */
const OF_A_FAULT =
	/cannot read (property|properties)|is not (a function|iterable|defined|a constructor)|maximum call stack|invalid (array|string) length|cannot convert|^unexpected token|circular structure|reduce of empty|out of memory|\[object /i;

/** @returns what is wrong with what was thrown; `undefined` when it is an error of n8n's with words of ours */
export function crashOf(thrown: unknown): string | undefined {
	if (thrown === undefined) return undefined;
	const { name = '', message = '' } = thrown as { name?: string; message?: string };
	if (!['NodeApiError', 'NodeOperationError'].includes(name)) return `${name}: ${message}`;
	return message.trim() === '' || OF_A_FAULT.test(message) ? `${name}: ${message}` : undefined;
}

const short = (text: string) => (text.length > 300 ? `${text.slice(0, 300)} … (${text.length})` : text);

/** @returns what must not be there */
export function judge({ stored, rendered, thrown, messages = [] }: Shown, secrets: readonly string[]) {
	const findings: Finding[] = [];
	for (const [where, value] of [...Object.entries(stored), ...Object.entries(rendered)])
		for (const text of secretsIn(value, secrets)) findings.push({ kind: 'secret', where, what: short(text) });
	for (const [where, value] of Object.entries(rendered))
		for (const text of liveHtmlIn(value)) findings.push({ kind: 'html', where, what: short(text) });
	const crash = crashOf(thrown);
	if (crash !== undefined) findings.push({ kind: 'crash', where: 'thrown', what: short(crash) });
	for (const message of messages)
		if (message.trim() === '' || OF_A_FAULT.test(message))
			findings.push({ kind: 'crash', where: 'error item', what: short(message) });
	return findings;
}
