import { grammar, type Node } from 'ohm-js';

/**
 * docs: knowledge.threatconnect.com/docs/tql-operators-and-parameters, and filter_results, "Escape Character
 * Sequences". Inside a string a backslash may only precede `'`, `"`, a backtick and a backslash.
 */
const TQL = grammar(String.raw`
	TQL {
		Query = Or
		Or = NonemptyListOf<And, or>
		And = NonemptyListOf<Not, and>
		Not
			= not Not  -- negated
			| Term
		Term
			= "(" Or ")"                                                     -- group
			| keyword "(" Or ")"                                             -- nested
			| keyword is not? null                                           -- null
			| keyword not? in "(" NonemptyListOf<literal, ","> ")"           -- in
			| keyword not? textOperator literal                              -- text
			| keyword operator literal                                       -- comparison

		keyword  (a keyword) = ~(reserved) letter (alnum | "_")*
		reserved = and | or | not | in | is | null | textOperator
		and = word<caseInsensitive<"and">>
		or = word<caseInsensitive<"or">>
		not = word<caseInsensitive<"not">>
		in = word<caseInsensitive<"in">>
		is = word<caseInsensitive<"is">>
		null = word<caseInsensitive<"null">>
		textOperator = word<caseInsensitive<"like">> | word<caseInsensitive<"contains">> | word<caseInsensitive<"startswith">> | word<caseInsensitive<"endswith">>
		operator = equal | unequal | atMost | atLeast | less | greater
		equal = "==" | "=" | word<caseInsensitive<"eq">> | word<caseInsensitive<"equals">>
		unequal = "!=" | word<caseInsensitive<"ne">>
		atMost = "<=" | word<caseInsensitive<"leq">>
		atLeast = ">=" | word<caseInsensitive<"geq">>
		less = "<" | word<caseInsensitive<"lt">>
		greater = ">" | word<caseInsensitive<"gt">>
		word<text> = text ~alnum

		literal = string | number | boolean
		string
			= "\"" character* "\""  -- double
			| "'" character* "'"    -- single
		character
			= "\\" special  -- escaped
			| ~special any  -- plain
		special = "\"" | "'" | "\u{60}" | "\\"
		number = "-"? digit+ ("." digit+)? ~alnum
		boolean = word<caseInsensitive<"true">> | word<caseInsensitive<"false">>
	}
`);

export type Operator =
	'=' | '!=' | '<=' | '>=' | '<' | '>' | 'in' | 'like' | 'contains' | 'startswith' | 'endswith';
export type Literal = { kind: 'string' | 'number' | 'boolean'; text: string };
export type Expression =
	| { kind: 'or'; parts: Expression[] }
	| { kind: 'and'; parts: Expression[] }
	| { kind: 'not'; part: Expression }
	| { kind: 'nested'; keyword: string; part: Expression }
	| { kind: 'null'; keyword: string; negated: boolean }
	| { kind: 'compare'; keyword: string; operator: Operator; negated: boolean; values: Literal[] };

const OPERATORS: Record<string, Operator> = {
	equal: '=',
	unequal: '!=',
	atMost: '<=',
	atLeast: '>=',
	less: '<',
	greater: '>',
};

const semantics = TQL.createSemantics();

const unquoted = (_open: Node, characters: Node, _close: Node): Literal => ({
	kind: 'string',
	text: characters.children.map((character) => character.characterValue as string).join(''),
});

semantics.addAttribute<string>('characterValue', {
	character_escaped: (_backslash, special) => special.sourceString,
	character_plain: (character) => character.sourceString,
});

semantics.addAttribute<Literal>('literalValue', {
	string_double: unquoted,
	string_single: unquoted,
	number(_sign, _digits, _point, _fraction) {
		return { kind: 'number', text: this.sourceString };
	},
	boolean: (word) => ({ kind: 'boolean', text: word.sourceString.toLowerCase() }),
});

const literal = (node: Node) => node.literalValue as Literal;

const expression = (node: Node) => node.expressionValue as Expression;

const joined =
	(kind: 'or' | 'and') =>
	(list: Node): Expression => {
		const parts = list.asIteration().children.map(expression);
		return parts.length === 1 && parts[0] ? parts[0] : { kind, parts };
	};

const compare = (keyword: Node, not: Node | undefined, operator: Operator, values: Node[]): Expression => ({
	kind: 'compare',
	keyword: keyword.sourceString,
	operator,
	negated: (not?.numChildren ?? 0) > 0,
	values: values.map(literal),
});

semantics.addAttribute<Expression>('expressionValue', {
	Or: joined('or'),
	And: joined('and'),
	Not_negated: (_not, part) => ({ kind: 'not', part: expression(part) }),
	Term_group: (_open, part, _close) => expression(part),
	Term_nested: (keyword, _open, part, _close) => ({
		kind: 'nested',
		keyword: keyword.sourceString,
		part: expression(part),
	}),
	Term_null: (keyword, _is, not, _null) => ({
		kind: 'null',
		keyword: keyword.sourceString,
		negated: not.numChildren > 0,
	}),
	Term_in: (keyword, not, _in, _open, values, _close) =>
		compare(keyword, not, 'in', values.asIteration().children),
	Term_text: (keyword, not, operator, value) =>
		compare(keyword, not, operator.sourceString.toLowerCase() as Operator, [value]),
	Term_comparison: (keyword, operator, value) =>
		compare(keyword, undefined, OPERATORS[operator.child(0).ctorName] ?? '=', [value]),
});

/** The query as a tree, or the place and kind of its first error. */
export function parseTql(query: string): { expression: Expression } | { error: string } {
	const match = TQL.match(query);
	if (match.failed()) return { error: match.shortMessage ?? 'Unexpected end of the query' };
	return { expression: semantics(match).expressionValue as Expression };
}
