import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../server/paths.js';
import type { FlowPair } from './flow-pairs.js';

export type OpencvPreset = 'ultrafast' | 'fast' | 'medium';

/** Debian's own interpreter comes second: another Python may shadow it, and only it sees python3-opencv. */
function pythonWithOpencv(): string | null {
  const candidates = ['python3', '/usr/bin/python3'];
  return candidates.find((python) => spawnSync(python, ['-c', 'import cv2']).status === 0) ?? null;
}

/** OpenCV's DIS flow in a child process that answers one request at a time, so that runs interleave with ours. */
export class OpencvDis {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  version = '';

  private constructor(python: string) {
    this.#child = spawn(python, [join(projectRoot, 'test', 'bench', 'opencv-dis.py')]);
    this.#child.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Null where no Python with OpenCV is installed (Debian: python3-opencv). */
  static async open(): Promise<OpencvDis | null> {
    const python = pythonWithOpencv();
    if (!python) return null;
    const dis = new OpencvDis(python);
    dis.version = String((await dis.#next())['version']);
    return dis;
  }

  async keepPair(pair: FlowPair): Promise<void> {
    const { name: id, widthPx: width, heightPx: height } = pair;
    const text = (picture: Uint8Array): string => Buffer.from(picture).toString('base64');
    await this.#ask({ op: 'pair', id, width, height, from: text(pair.from), to: text(pair.to) });
  }

  async timeMs(pairName: string, preset: OpencvPreset, runs: number): Promise<number[]> {
    return (await this.#ask({ op: 'time', id: pairName, preset, runs }))['ms'] as number[];
  }

  /** Dense interleaved (u, v) in pixels. */
  async flow(pairName: string, preset: OpencvPreset): Promise<Float32Array> {
    const bytes = Buffer.from(String((await this.#ask({ op: 'flow', id: pairName, preset }))['flow']), 'base64');
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  close(): void {
    this.#child.stdin.end();
  }

  async #ask(request: object): Promise<Record<string, unknown>> {
    this.#child.stdin.write(JSON.stringify(request) + '\n');
    return this.#next();
  }

  async #next(): Promise<Record<string, unknown>> {
    const line = await this.#answers.next();
    if (line.done) throw new Error('The OpenCV process ended early');
    return JSON.parse(line.value) as Record<string, unknown>;
  }
}
