import { join } from 'node:path';
import tseslint from 'typescript-eslint';

/**
 * Rules that need the types of our own sources. They are not in eslint.config.mjs, because that file must stay as n8n
 * wrote it: n8n checks this before it verifies a package.
 *
 * `no-unnecessary-condition` is left out, because nearly all that it finds is a group of a regular expression that may
 * be absent, or a value from outside that is checked although its type says that it is there.
 */
export default tseslint.config(
	{ ignores: ['test/e2e/node_modules', 'test/e2e/.cache', 'test/e2e/report'] },
	{
		files: ['{nodes,credentials,test}/**/*.ts'],
		plugins: { '@typescript-eslint': tseslint.plugin },
		languageOptions: {
			parser: tseslint.parser,
			parserOptions: { project: 'test/tsconfig.json', tsconfigRootDir: join(import.meta.dirname, '../..') },
		},
		// Comments in the sources turn off rules of the other configurations.
		linterOptions: { reportUnusedDisableDirectives: 'off' },
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/no-unnecessary-type-assertion': 'error',
			// With `return await` the function stays in the stack of an error, and a `try` around it catches the error.
			'@typescript-eslint/return-await': ['error', 'always'],
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
		},
	},
);
