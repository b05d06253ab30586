import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { machineClock } from '../time/clock.js';
import { markStart } from '../time/start-marks.js';
import {
  NdiCamera,
  parseFrameRate,
  runCameraProcess,
  type FrameRate,
  type NextPicture,
  type PictureFeed,
} from './ndi-camera.js';
import { isSceneName, sceneNames, type OccluderKind } from './scene/scripts.js';
import { isCastBuilt, StageScene } from './stage-scene.js';

/**
 * A camera of the simulated stage on NDI, as a process: running timecode, a quiet tone as sound, the frame's number in its
 * metadata. `--loop N` renders N frames first and plays them to and fro, so that rendering does not eat the machine;
 * `--lazy` renders them while they are first played (4 MB each at 1080p).
 * JSON lines on standard input: {"scene":"hand"} changes the scene, {"occluder":"hand"} sends a hand or a prop across now.
 */
interface CameraOptions {
  readonly scene: string;
  readonly people: number;
  readonly seed: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rate: FrameRate;
  readonly loopFrames: number;
  /** Render the loop while it plays for the first time, instead of before the first picture. */
  readonly lazy: boolean;
}

class StageFeed implements PictureFeed {
  readonly sound = 'tone';
  readonly #loop: Uint8Array[] = [];
  #stage: StageScene;
  #frameNumber = 0;
  #live = false;

  constructor(readonly options: CameraOptions) {
    this.#stage = this.#stageOf(options.scene);
    this.#renderLoop();
  }
  get widthPx(): number {
    return this.options.widthPx;
  }
  get heightPx(): number {
    return this.options.heightPx;
  }
  get rate(): FrameRate {
    return this.options.rate;
  }

  next(target: Uint8Array): NextPicture {
    const { loopFrames } = this.options;
    const n = loopFrames > 0 && !this.#live ? toAndFro(this.#frameNumber, loopFrames) : this.#frameNumber;
    if (this.#live || loopFrames === 0) this.#stage.renderFrame(n, { who: 'performer' }, target);
    else {
      if (n === this.#loop.length) this.#renderNext();
      target.set(this.#loop[n]!);
    }
    this.#frameNumber++;
    return { metadata: `<understudy_sim frame="${n}" scene="${this.#stage.options.scene}"/>` };
  }

  changeScene(name: string): void {
    this.#stage = this.#stageOf(name);
    this.#frameNumber = 0;
    this.#live = false;
    this.#renderLoop();
  }
  callOccluder(kind: OccluderKind): void {
    // A loop that was rendered without it cannot show it: from here on the scene is live.
    this.#live = true;
    this.#stage.callOccluder(kind, this.#frameNumber);
  }

  #stageOf(name: string): StageScene {
    if (!isSceneName(name)) throw new Error(`there is no scene "${name}"; there are ${sceneNames.join(', ')}`);
    const { seed, widthPx, heightPx, rate, people } = this.options;
    // A scene may need a second person of its own; more than that is the caller's choice.
    return new StageScene({
      scene: name,
      seed,
      widthPx,
      heightPx,
      framesPerSecond: rate.num / rate.den,
      ...(people > 1 ? { people } : {}),
    });
  }

  #renderLoop(): void {
    this.#loop.length = 0;
    if (this.options.lazy) return;
    while (this.#loop.length < this.options.loopFrames) this.#renderNext();
  }
  #renderNext(): void {
    const picture = new Uint8Array(this.widthPx * this.heightPx * 2);
    this.#stage.renderFrame(this.#loop.length, { who: 'performer' }, picture);
    this.#loop.push(picture);
  }
}

/** 0 1 2 1 0 1 …: no cut where the loop begins again. */
function toAndFro(n: number, length: number): number {
  const period = Math.max(1, 2 * length - 2),
    at = n % period;
  return at < length ? at : period - at;
}

function readOptions(): { camera: CameraOptions; name: string; interfaceAddress: string } {
  const { values } = parseArgs({
    options: {
      name: { type: 'string', default: 'CAM A' },
      scene: { type: 'string', default: 'demo' },
      people: { type: 'string', default: '1' },
      width: { type: 'string', default: '1920' },
      height: { type: 'string', default: '1080' },
      fps: { type: 'string', default: '25' },
      seed: { type: 'string', default: '1' },
      loop: { type: 'string', default: '0' },
      lazy: { type: 'boolean', default: false },
      interface: { type: 'string', default: '127.0.0.1' },
    },
  });
  const rate = parseFrameRate(values.fps);
  if (rate === null) throw new Error(`"${values.fps}" is no frame rate`);
  if (!isCastBuilt()) throw new Error('the cast is not built: run "npm run setup"');
  const camera = {
    scene: values.scene,
    people: Number(values.people),
    seed: Number(values.seed),
    widthPx: Number(values.width),
    heightPx: Number(values.height),
    rate,
    loopFrames: Number(values.loop),
    lazy: values.lazy,
  };
  return { camera, name: values.name, interfaceAddress: values.interface };
}

/** What standard input asks for. */
function obey(line: string, feed: StageFeed): void {
  const asked = JSON.parse(line) as { scene?: string; occluder?: string };
  if (asked.scene !== undefined) feed.changeScene(asked.scene);
  if (asked.occluder === 'hand' || asked.occluder === 'prop') feed.callOccluder(asked.occluder);
  else if (asked.occluder !== undefined)
    throw new Error(`there is no occluder "${asked.occluder}"; there are hand and prop`);
}

try {
  markStart('code loaded');
  const { camera, name, interfaceAddress } = readOptions();
  const feed = new StageFeed(camera);
  markStart('scene built');
  runCameraProcess(new NdiCamera(feed, machineClock, { name, interfaceAddress, modelName: 'simulated stage' }));
  createInterface({ input: process.stdin }).on('line', (line) => {
    try {
      obey(line, feed);
    } catch (error) {
      process.stderr.write(`camera: ${(error as Error).message}\n`);
    }
  });
} catch (error) {
  process.stderr.write(`camera: ${(error as Error).message}\n`);
  process.exit(1);
}
