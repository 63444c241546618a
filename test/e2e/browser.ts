import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page, selectors } from 'playwright-core';
import { REPORT_FOLDER } from './setup';
import type { Stage } from './stage';

/** Debian's Chromium. `CHROMIUM` names another one. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--disable-dev-shm-usage',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

selectors.setTestIdAttribute('data-test-id');

/** A parameter as the form shows it. */
export type Shown = {
	label: string;
	/** Whether it is marked with a warning, as a required parameter is while it is empty. */
	marked: boolean;
	/** Whether a part of the label cannot be read. */
	cut: boolean;
};

/** Runs in the page, where a browser's types exist. */
const READ_FORM = `[...document.querySelectorAll('[data-test-id="node-parameters"] label')]
	.filter((label) => label.offsetParent !== null)
	.map((label) => {
		const text = label.querySelector('span') ?? label;
		const item = label.closest('[data-test-id="parameter-item"]');
		return {
			label: label.innerText.split('\\n')[0].trim(),
			marked: item?.querySelector('[data-test-id="parameter-issues"]') != null,
			cut: text.scrollWidth > text.clientWidth + 1 && getComputedStyle(text).display !== 'inline',
		};
	})`;

/** Runs in the page. The area of the form, from the head with its tabs to its last parameter. */
const FORM_AREA = `(() => {
	const form = document.querySelector('[data-test-id="node-parameters"]');
	const { x, y, width } = form.parentElement.getBoundingClientRect();
	const parameters = [...form.querySelectorAll('[data-test-id="parameter-item"], .parameter-item')];
	const bottom = Math.max(...parameters.map((one) => one.getBoundingClientRect().bottom));
	return { x, y, width, height: bottom + 16 - y };
})()`;

/** Space for the longest form without scrolling. */
const TALL = { width: 1440, height: 3000 };

/** A browser in which the owner of a stage is logged in to n8n's editor. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly url: string,
	) {}

	static async open({ n8n, owner }: Pick<Stage, 'n8n' | 'owner'>): Promise<Editor> {
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
		try {
			const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
			page.setDefaultTimeout(180_000);
			await page.goto(`${n8n.url}/signin`);
			await page.locator('input[name="emailOrLdapLoginId"]').fill(owner.email);
			await page.locator('input[name="password"]').fill(owner.password);
			await page.getByRole('button', { name: 'Sign in' }).click();
			await page.waitForURL((address) => !address.pathname.startsWith('/signin'));
			return new Editor(browser, page, n8n.url);
		} catch (error) {
			await browser.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	/** Saves a screenshot in the report folder. */
	async screenshot(name: string): Promise<void> {
		await this.page.screenshot({ path: join(REPORT_FOLDER, `${name}.png`), animations: 'disabled' });
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.locator('[data-node-name]').first().waitFor();
	}

	/** Opens a node's form on the canvas of the open workflow. */
	async openNode(name: string, parameter = 'operation'): Promise<void> {
		await this.page.locator(`[data-node-name="${name}"]`).first().dblclick();
		const place = parameter === 'operation' ? 'parameter-input-operation' : 'node-parameters';
		await this.page.getByTestId(place).first().waitFor();
	}

	/** Presses Fetch Test Event of the open trigger, and waits for its items. */
	async fetchTestEvent(): Promise<void> {
		await this.page.getByTestId('node-execute-button').first().click();
		await this.page.getByTestId('ndv-items-count').first().waitFor({ timeout: 120_000 });
	}

	/** A picture of the open node with its output. */
	async photographAll(path: string): Promise<void> {
		await this.page.setViewportSize({ width: 1440, height: 900 });
		await this.page.mouse.move(0, 0);
		await this.page.waitForTimeout(1000);
		await this.page.screenshot({ path, animations: 'disabled' });
	}

	/** The visible parameters, from top to bottom. */
	async form(): Promise<Shown[]> {
		return await this.page.evaluate(READ_FORM);
	}

	/** Takes a picture of the whole open form, after it has stopped changing. */
	async photographForm(path: string): Promise<void> {
		await this.page.setViewportSize(TALL);
		await this.page.mouse.move(0, 0);
		const look = async () => JSON.stringify([await this.page.evaluate(FORM_AREA), await this.formText()]);
		let [seen, times] = [await look(), 0];
		while (times < 8) {
			await this.page.waitForTimeout(250);
			const now = await look();
			times = now === seen ? times + 1 : 0;
			seen = now;
		}
		const clip: { x: number; y: number; width: number; height: number } = await this.page.evaluate(FORM_AREA);
		await this.page.screenshot({ path, clip, animations: 'disabled' });
	}

	/** All visible text of the form. */
	async formText(): Promise<string> {
		return await this.page.getByTestId('node-parameters').innerText();
	}

	input(parameter: string): Locator {
		return this.page.getByTestId(`parameter-input-${parameter}`).first();
	}

	/** Opens a drop-down and returns its options. The drop-down stays open. */
	async options(parameter: string): Promise<string[]> {
		await this.input(parameter).click();
		return await this.visibleOptions('parameter-input-item');
	}

	private async visibleOptions(testId: string): Promise<string[]> {
		const options = this.page.getByTestId(testId).filter({ visible: true });
		await options.first().waitFor();
		return (await options.allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '');
	}

	async choose(parameter: string, option: string): Promise<void> {
		await this.input(parameter).click();
		await this.pick('parameter-input-item', option);
	}

	/** The entries that "Add Field" or "Add Option" offers. */
	async offered(collection: 'Add Field' | 'Add Option' | 'Add Filter'): Promise<string[]> {
		await this.collection(collection).click();
		const offered = await this.visibleOptions('collection-parameter-option');
		await this.page.keyboard.press('Escape');
		return offered;
	}

	async add(collection: 'Add Field' | 'Add Option' | 'Add Filter', name: string): Promise<void> {
		await this.collection(collection).click();
		await this.pick('collection-parameter-option', name);
	}

	private collection(name: string): Locator {
		return this.page
			.getByTestId('collection-parameter-add')
			.filter({ has: this.page.locator(`input[placeholder="${name}"]`) })
			.first();
	}

	private async pick(testId: string, name: string): Promise<void> {
		const exact = this.page.getByText(name, { exact: true });
		const option = this.page.getByTestId(testId).filter({ visible: true, has: exact }).first();
		await option.click();
		await option.waitFor({ state: 'hidden' });
	}

	/** Executes the open node and waits for its end. */
	async execute(): Promise<void> {
		const button = this.page.getByTestId('node-execute-button');
		const output = this.page.getByTestId('output-panel');
		const end = output
			.getByTestId('run-data-item-count')
			.or(output.getByTestId('node-error-message'))
			.first();
		const refusal = this.page
			.getByRole('alert')
			.filter({ hasText: 'Workflow execution cannot start' })
			.first();
		// First the editor must take over the last typed text, because this may move the button away during a click.
		await button.focus();
		for (let clicks = 1; ; clicks++) {
			await button.click();
			await end.or(refusal).first().waitFor();
			if (!(await refusal.isVisible())) return;
			// The editor shows a typed text before it takes it over. Until then it says that the parameter is required.
			if (clicks === 3) throw new Error(await refusal.innerText());
			await refusal.locator('.el-notification__closeBtn').click();
			await refusal.waitFor({ state: 'hidden' });
		}
	}
}
