import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Peers, type PeerProcess, uniqueName } from '../support/peer-process.js';
import type { SenderSettings } from '../support/ndi-peer/sender.js';
import type { ProbeSettings } from '../support/ndi-peer/probe.js';
import { type ServerOptions, ServerUnderTest } from './server-under-test.js';
import { StageLoop, type StageLoopOptions } from './stage-loop.js';
import { waitForPicture } from './seen.js';

/** 10:00:00:00 of that day, in 100 ns. */
export const firstTimecode100ns = 360_000_000_000n;
export const step100ns = 400_000n;
export const cameraMetadata = '<camera lens="35" n="{n}"/>';

/** A camera, the product and a monitor: three programs that share nothing but NDI. */
export class Take {
  readonly peers: Peers;
  readonly folder: string;
  readonly cameraName: string;
  readonly outputName: string;
  camera!: PeerProcess;
  server!: ServerUnderTest;
  #probes = 0;
  #loops = new Map<string, StageLoop>();

  constructor(
    name: string,
    private readonly environment: NodeJS.ProcessEnv = {},
  ) {
    this.peers = new Peers(environment);
    this.folder = join(this.peers.folder, 'product');
    mkdirSync(this.folder, { recursive: true });
    this.cameraName = uniqueName(`${name} CAM`);
    this.outputName = uniqueName(`${name} OUT`);
  }

  loop(options: Partial<StageLoopOptions> = {}): StageLoop {
    const whole = {
      scene: 'demo' as const,
      widthPx: 1280,
      heightPx: 720,
      pictures: 40,
      folder: this.folder,
      ...options,
    };
    const key = `${whole.scene} ${whole.widthPx} ${whole.pictures}`;
    const known = this.#loops.get(key) ?? new StageLoop(whole);
    this.#loops.set(key, known);
    return known;
  }
  async startCamera(loop: StageLoop, settings: Partial<SenderSettings> = {}): Promise<PeerProcess> {
    this.camera = await this.peers.sender({
      name: this.cameraName,
      machineName: 'STAGE',
      file: loop.file,
      widthPx: loop.widthPx,
      heightPx: loop.heightPx,
      stamp: true,
      firstTimecode100ns: String(firstTimecode100ns),
      timecodeStep100ns: String(step100ns),
      ...settings,
    });
    return this.camera;
  }
  async startServer(options: Partial<ServerOptions> = {}): Promise<ServerUnderTest> {
    this.server = await ServerUnderTest.start({
      source: `STAGE (${this.cameraName})`,
      outputName: this.outputName,
      folder: this.folder,
      environment: this.environment,
      ...options,
    });
    return this.server;
  }
  /** A monitor on the output that reports every picture. */
  startProbe(settings: Partial<ProbeSettings> = {}): Promise<PeerProcess> {
    const number = ++this.#probes;
    return this.peers.probe({
      name: `UNDERSTUDY (${this.outputName})`,
      machineName: `MONITOR${number}`,
      reportEach: true,
      saveFolder: join(this.folder, `saved-${number}`),
      ...settings,
    });
  }
  /** Until the likeness is on air. */
  onAir(probe: PeerProcess, from = 0): Promise<unknown> {
    return waitForPicture(probe, (seen) => seen.step === 'likeness', 30_000, from);
  }
  async close(): Promise<void> {
    await this.server?.close();
    await this.peers.close();
  }
}
