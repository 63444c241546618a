import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpServer = {
	url: string;
	/** The address and the port. */
	host: string;
	/** Stops listening and breaks all connections. */
	close(): Promise<void>;
	/** Stops listening and waits until the clients have closed their connections. */
	drain(): Promise<void>;
};

/** Starts an HTTP server on a free port of the loopback address, for responses that a simulator would never send. */
export async function startHttpServer(listener: RequestListener): Promise<HttpServer> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const drain = async () => {
		await new Promise((resolve) => server.close(resolve));
	};
	return {
		url: `http://${host}`,
		host,
		drain,
		async close() {
			server.closeAllConnections();
			await drain();
		},
	};
}

/** Starts an HTTP server, passes its URL to `use`, and closes the server afterwards. */
export async function withHttpServer<T>(
	listener: RequestListener,
	use: (url: string) => Promise<T>,
): Promise<T> {
	const server = await startHttpServer(listener);
	try {
		return await use(server.url);
	} finally {
		await server.close();
	}
}
