import ts from 'typescript';

import { AttackForgeApi } from '../../credentials/AttackForgeApi.credentials';
import { ThreatConnectApi } from '../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../credentials/ThreatConnectHmacApi.credentials';
import { AttackForgeGroup } from '../../nodes/AttackForgeGroup/AttackForgeGroup.node';
import { AttackForgeGroupTrigger } from '../../nodes/AttackForgeGroup/AttackForgeGroupTrigger.node';
import { table as attackForge } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { ThreatConnectGroup } from '../../nodes/ThreatConnectGroup/ThreatConnectGroup.node';
import { ThreatConnectGroupTrigger } from '../../nodes/ThreatConnectGroup/ThreatConnectGroupTrigger.node';
import { filesIn, read } from './pages';

/** Every text in the forms of the nodes and credentials. */
function formTexts(): Set<string> {
	const texts = new Set<string>();
	const visit = (value: unknown): void => {
		if (typeof value === 'string') texts.add(value);
		else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
	};
	visit([
		new ThreatConnectGroup().description,
		new AttackForgeGroup().description,
		new ThreatConnectGroupTrigger().description,
		new AttackForgeGroupTrigger().description,
		threatConnect,
		attackForge,
	]);
	visit([new ThreatConnectApi(), new ThreatConnectHmacApi(), new AttackForgeApi()]);
	return texts;
}

/** Errors whose second argument says what to do. A user who sees the error sees the second argument too. */
const ADVISED = /^(InvalidInput|ServiceFailure)$/;

const isAdvice = (node: ts.Node): boolean => {
	for (let at = node; at.parent; at = at.parent) {
		const { parent } = at;
		if (ts.isNewExpression(parent) && ADVISED.test(parent.expression.getText())) {
			return parent.arguments?.[1] === at;
		}
	}
	return false;
};

/** Whether a text has at least three words, one of which may vary. A shorter text is a key, a header or a code. */
function isSentence(text: string): boolean {
	const words = text.split(/\s+/);
	return words.filter((word) => /\p{L}|<>/u.test(word)).length > 2 && words.filter(isWord).length > 1;
}
const isWord = (text: string) => /^["(]?\p{L}/u.test(text);

/** The beginning of many messages, e.g. `"Event Date" (eventDate)`. */
const isLabel = (text: string) => /^"[^"<>]*"( \(\w+\))?$/.test(text);

/** A text with `<>` in place of the parts that vary. */
function textOf(node: ts.Node): string | undefined {
	if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
	if (!ts.isTemplateExpression(node)) return undefined;
	return node.head.text + node.templateSpans.map(({ literal }) => `<>${literal.text}`).join('');
}

/** A text without the names of its place holders and the blanks around them. */
export const withoutNames = (text: string): string => text.replace(/\s*(<[^<>]*>\s*)+/g, '<>');

/**
 * All texts of the sources besides the texts of the forms and the advice of errors: messages, parts of them, and hints.
 *
 * @returns texts with `<>`, without blanks around it, in place of the parts that vary
 */
export function messages(): string[] {
	const form = [...formTexts()];
	const isInForm = (text: string) => {
		const parts = text.split('<>').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
		// Some descriptions continue after the text.
		const like = new RegExp(`^${parts.join('[^]+')}($|\\. )`);
		return form.some((one) => like.test(one));
	};
	const found = new Set<string>();
	for (const path of ['nodes', 'credentials'].flatMap((folder) => filesIn(folder, '.ts'))) {
		const visit = (node: ts.Node): void => {
			const text = textOf(node)?.trim();
			if (text !== undefined && isSentence(text) && !isLabel(text) && !isAdvice(node) && !isInForm(text)) {
				found.add(withoutNames(text));
			}
			ts.forEachChild(node, visit);
		};
		visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true));
	}
	return [...found];
}
