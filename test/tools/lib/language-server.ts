import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly uri?: string;
    readonly items?: readonly { readonly section?: string }[];
    readonly diagnostics?: readonly Problem[];
  };
  readonly result?: unknown;
}

/** What an editor underlines; lines count from 0. */
export interface Problem {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

/** Messages of the language server protocol out of the bytes that arrive. */
function* messages(received: { bytes: Buffer }): Generator<Message> {
  for (;;) {
    const head = received.bytes.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/Content-Length: (\d+)/i.exec(received.bytes.toString('latin1', 0, head))?.[1]);
    const end = head + 4 + length;
    if (received.bytes.length < end) return;
    const text = received.bytes.toString('utf8', head + 4, end);
    received.bytes = received.bytes.subarray(end);
    yield JSON.parse(text) as Message;
  }
}

/** An editor, as far as it speaks with a language server for YAML. */
export class Editor {
  readonly #server: ChildProcess;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #problems = new Map<string, (problems: readonly Problem[]) => void>();
  #requests = 0;
  #configured: (() => void) | undefined;
  readonly #settings: Readonly<Record<string, unknown>>;

  /** @param settings those of the user, by section */
  constructor(server: string, settings: Readonly<Record<string, unknown>> = {}) {
    this.#settings = settings;
    this.#server = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const received = { bytes: Buffer.alloc(0) };
    this.#server.stdout?.on('data', (chunk: Buffer) => {
      received.bytes = Buffer.concat([received.bytes, chunk]);
      for (const message of messages(received)) this.#receive(message);
    });
  }

  /** Begins, in a folder or without one. */
  async start(folder?: string): Promise<void> {
    const capabilities = {
      textDocument: { hover: { contentFormat: ['markdown'] } },
      workspace: { configuration: true, workspaceFolders: true },
    };
    const uri = folder === undefined ? null : pathToFileURL(folder).href;
    const workspaceFolders = uri === null ? null : [{ uri, name: 'folder' }];
    await this.#request('initialize', { processId: null, rootUri: uri, workspaceFolders, capabilities });
    const configured = new Promise<void>((resolve) => (this.#configured = resolve));
    this.#send({ method: 'initialized', params: {} });
    await configured;
  }

  /** Opens a file; what the server underlines in it. */
  open(file: string): Promise<readonly Problem[]> {
    const uri = pathToFileURL(file).href;
    const problems = new Promise<readonly Problem[]>((resolve) => this.#problems.set(uri, resolve));
    const textDocument = { uri, languageId: 'yaml', version: 1, text: readFileSync(file, 'utf8') };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
    return problems;
  }

  /** The text that appears over the first `word` of an open file. */
  async hover(file: string, word: string): Promise<string> {
    const result = await this.#request('textDocument/hover', this.#place(file, word));
    return JSON.stringify(result);
  }

  /** What the server offers where `word` begins. */
  async complete(file: string, word: string): Promise<string[]> {
    const result = (await this.#request('textDocument/completion', this.#place(file, word))) as {
      readonly items: readonly { readonly label: string }[];
    };
    return result.items.map(({ label }) => label);
  }

  close(): void {
    this.#server.kill();
  }

  #place(file: string, word: string): object {
    const before = readFileSync(file, 'utf8').split(word)[0]?.split('\n') ?? [];
    const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return { textDocument: { uri: pathToFileURL(file).href }, position };
  }

  #request(method: string, params: object): Promise<unknown> {
    this.#requests += 1;
    const id = this.#requests;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    return answer;
  }

  #receive({ id, method, params, result }: Message): void {
    if (method === 'textDocument/publishDiagnostics') {
      this.#problems.get(params?.uri ?? '')?.(params?.diagnostics ?? []);
    } else if (id !== undefined && method === undefined) {
      this.#answers.get(id)?.(result);
    } else if (id !== undefined) {
      const answers = params?.items?.map(({ section }) => this.#settings[section ?? ''] ?? null);
      this.#send({ id, result: answers ?? null });
      if (method === 'workspace/configuration') this.#configured?.();
    }
  }

  #send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#server.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }
}
