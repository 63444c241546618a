import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server. While it is stopped, its connections are broken and new ones are refused. */
export class TcpProxy {
	private readonly sockets = new Set<Socket>();
	private server: Server | undefined;
	private port = 0;

	/** @param target the URL of the server behind it */
	constructor(private readonly target: string) {}

	get url(): string {
		return `http://127.0.0.1:${this.port}`;
	}

	/** Listens on the same port each time. */
	async start(): Promise<void> {
		const server = createServer((near) => {
			const far = connect(Number(new URL(this.target).port), '127.0.0.1');
			for (const [socket, other] of [
				[near, far],
				[far, near],
			] as const) {
				this.sockets.add(socket);
				socket.on('error', () => {});
				socket.on('close', () => {
					this.sockets.delete(socket);
					other.destroy();
				});
				socket.pipe(other);
			}
		});
		this.server = server;
		await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
		this.port = (server.address() as AddressInfo).port;
	}

	async stop(): Promise<void> {
		const { server } = this;
		this.server = undefined;
		const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}
}
