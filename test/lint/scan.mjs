/**
 * The offline half of n8n's community-package scanner. It checks the working tree, as it lints the attested source, and
 * the packed tarball, as it lints the published package. It also checks which files the tarball holds.
 */
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EXPECTED =
	/^(package\.json|README\.md|LICENSE|index\.js|dist\/(credentials\/[\w.]+\.js|nodes\/(shared\/\w+\/\w+\.js|[A-Z]\w+\/([\w./]+\.js|[\w.]+\.svg|[\w.]+\.node\.json|__schema__\/[\w./]+\.json))))$/;

function fail(what, details = '') {
	console.error(`scan: ${what}\n${details}`);
	process.exitCode = 1;
}

async function analyze(what, directory, patterns) {
	const { passed, message, details } = await analyzePackage(directory, patterns);
	if (passed) console.log(`scan: ${what}: passed`);
	else fail(`${what}: ${message}`, details);
}

const folder = mkdtempSync(join(tmpdir(), 'scan-'));
try {
	await analyze('working tree', process.cwd(), SOURCE_FILE_PATTERNS);
	const [{ filename, files }] = JSON.parse(
		execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'inherit'],
		}),
	);
	const unexpected = files.map(({ path }) => path).filter((path) => !EXPECTED.test(path));
	if (unexpected.length > 0) fail('the tarball holds what n8n does not need', unexpected.join('\n'));
	execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
	await analyze(`tarball of ${files.length} files`, join(folder, 'package'));
} finally {
	rmSync(folder, { recursive: true });
}
