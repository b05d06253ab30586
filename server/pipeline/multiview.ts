import type { ReceivedFrame } from '../frame/frames.js';
import type { Mosaic, TileTally } from '../monitors/mosaic.js';
import type { multiviewParams } from '../monitors/multiview-params.js';
import type { slateParams } from '../monitors/params.js';
import type { Snapshot } from '../params/define.js';
import type { PreviewSide } from '../protocol/binary.js';
import type { MultiviewStatus, TileFacts } from '../protocol/multiview-link.js';
import type { Clock } from '../time/clock.js';
import { durationUs, type InstantUs, since } from '../time/time.js';
import type { MonitorOutput } from './monitor-output.js';
import type { MultiviewOptions } from './multiview-options.js';
import type { DecodedPicture } from './multiview-pictures.js';

export interface MultiviewSettings {
  readonly multiview: Snapshot<typeof multiviewParams>;
  readonly slate: Snapshot<typeof slateParams>;
}
export interface MultiviewParts {
  readonly clock: Clock;
  readonly mosaic: Mosaic;
  readonly output: MonitorOutput;
  /** A frame of the multiview's size, as the outputs are shaped after. */
  readonly template: ReceivedFrame;
}
interface Tile {
  readonly laneId: string;
  readonly which: PreviewSide;
  pictureAtUs: InstantUs | null;
  timecode: string;
  caption: string;
  tally: TileTally | null;
  notice: string;
}

/** From this age on a picture is called old: the same as on the page. */
const oldAfterUs = 1_500_000;
/** A picture that nothing changed in goes out this seldom, so that a new receiver has one at once. */
const restUs = 500_000;
const costFollows01 = 0.1;
/** Nothing but the multiview itself waits while its encode is measured. */
const encodeSpareUs = durationUs(100_000);
const undefinedTimecode100ns = 0x7fff_ffff_ffff_ffffn;

/**
 * One NDI output that shows every camera at once, from the lanes' previews. Sends when something changed, at most at its rate. It never
 * stops: a camera without pictures has its reason in its tile, and with control away the last pictures stand, called old.
 */
export class Multiview {
  cue = '';
  picturesDropped = 0;
  #tiles: Tile[] = [];
  #arranged = '';
  #header = '';
  #sentAtUs = -Infinity;
  #frameNumber = 0;
  #copyUs = 0;
  /** Drawing since the last picture that was sent. */
  #drawnUs = 0;
  readonly #facts = new Map<string, TileFacts>();

  constructor(
    private readonly parts: MultiviewParts,
    private readonly options: Pick<MultiviewOptions, 'id' | 'tiles'>,
    private readonly settings: () => MultiviewSettings,
  ) {
    this.#arrange();
  }

  /** The kinds of pictures that it needs, and how wide a tile's is. */
  get sides(): readonly PreviewSide[] {
    const { shows } = this.settings().multiview;
    return shows === 'both' ? ['input', 'output'] : [shows === 'cameras' ? 'input' : 'output'];
  }
  get tileWidthPx(): number {
    const picture = this.parts.mosaic.cells[0]?.picture;
    return picture ? Math.min(picture.x1 - picture.x0, Math.round(((picture.y1 - picture.y0) * 16) / 9)) : 0;
  }

  take(facts: TileFacts): void {
    this.#facts.set(facts.laneId, facts);
  }

  picture(laneId: string, which: PreviewSide, picture: DecodedPicture, timecode: string): void {
    const { clock, mosaic } = this.parts;
    const index = this.#tiles.findIndex((tile) => tile.laneId === laneId && tile.which === which);
    const tile = this.#tiles[index];
    if (!tile) return;
    const startedAtUs = clock.nowUs();
    tile.pictureAtUs = startedAtUs;
    tile.timecode = timecode;
    tile.notice = '';
    mosaic.show(index, picture.bgrx, picture.widthPx, picture.heightPx);
    this.#drawnUs += since(clock.nowUs(), startedAtUs);
  }

  /** Once an interval: what is round the tiles, and the picture where it changed. */
  tick(): void {
    const { clock, mosaic } = this.parts;
    this.#arrange();
    const now = clock.nowUs();
    this.#tiles.forEach((tile, index) => this.#dress(tile, index, now));
    const header = this.#headerText();
    if (header !== this.#header) mosaic.header((this.#header = header));
    if (mosaic.isChanged || now - this.#sentAtUs >= restUs) this.#send(now);
    this.#drawnUs += since(clock.nowUs(), now);
  }

  status(cores: number): MultiviewStatus {
    const { output } = this.parts;
    return {
      id: this.options.id,
      outputName: output.send.sourceName,
      receivers: output.send.receivers(),
      ...output.tally,
      framesSent: output.send.framesSent,
      picturesDropped: this.picturesDropped,
      copyMs: Math.round(this.#copyUs / 10) / 100,
      encodeMs: output.encodeMs,
      cores,
    };
  }

  #arrange(): void {
    const { sides } = this;
    const wanted = sides.join();
    if (wanted === this.#arranged) return;
    this.#arranged = wanted;
    const fresh = { pictureAtUs: null, timecode: '', caption: '', tally: null, notice: '' };
    this.#tiles = this.options.tiles.flatMap(({ laneId }) => sides.map((which) => ({ ...fresh, laneId, which })));
    this.parts.mosaic.arrange(this.#tiles.length);
    this.#header = '';
    this.parts.output.showsKind(this.#kind());
  }
  #kind(): 'plain' | 'likeness' {
    // Some tile may show a likeness at any moment: as long as outputs are shown, the mark is on.
    return this.settings().multiview.shows === 'cameras' ? 'plain' : 'likeness';
  }

  #dress(tile: Tile, index: number, now: InstantUs): void {
    const { mosaic } = this.parts;
    const facts = this.#facts.get(tile.laneId);
    const tally: TileTally =
      tile.which === 'input' ? 'none' : facts?.onProgram ? 'program' : facts?.onPreview ? 'preview' : 'none';
    if (tally !== tile.tally) mosaic.tally(index, (tile.tally = tally));
    const ageUs = tile.pictureAtUs === null ? null : since(now, tile.pictureAtUs);
    const isOld = ageUs !== null && ageUs > oldAfterUs;
    const notice = facts?.receiving === false ? 'NO CAMERA' : ageUs === null ? 'WAITING' : '';
    if (notice !== tile.notice) {
      tile.notice = notice;
      if (notice !== '') mosaic.notice(index, notice);
    }
    const caption = this.#caption(tile, facts, isOld ? Math.floor(ageUs / 1_000_000) : 0);
    if (caption !== tile.caption) mosaic.caption(index, (tile.caption = caption));
  }
  #caption(tile: Tile, facts: TileFacts | undefined, oldS: number): string {
    const { timecode, delay, shows } = this.settings().multiview;
    const label = this.options.tiles.find(({ laneId }) => laneId === tile.laneId)?.label ?? tile.laneId;
    const parts = [facts?.label ?? label];
    if (shows === 'both') parts.push(tile.which === 'input' ? 'camera' : 'output');
    if (tile.which === 'output' && facts?.step === 'bypass') parts.push('BYPASS');
    if (oldS > 0) parts.push(`OLD ${oldS} s`);
    if (timecode && tile.timecode !== '') parts.push(tile.timecode);
    if (delay && facts) parts.push(`${facts.delayFrames} fr ${facts.delayMs.toFixed(0)} ms`);
    return parts.join('  ');
  }
  #headerText(): string {
    const { multiview, slate } = this.settings();
    const parts: string[] = [];
    if (multiview.slate && (slate.scene !== '' || slate.take > 0))
      parts.push([slate.scene, slate.take > 0 ? `T${slate.take}` : ''].filter((word) => word !== '').join(' '));
    if (multiview.cue && this.cue !== '') parts.push(`CUE ${this.cue}`);
    return parts.join('   ');
  }

  #send(now: InstantUs): void {
    const { mosaic, output, template, clock } = this.parts;
    this.#sentAtUs = now;
    mosaic.isChanged = false;
    if (output.send.receivers() === 0) return;
    const frame = output.take(template, 'BGRX', 'progressive');
    frame.frameNumber = ++this.#frameNumber;
    frame.captureAtUs = now;
    frame.video.timecode100ns = undefinedTimecode100ns;
    frame.pixels.set(mosaic.pixels);
    const shown = [...this.#facts.values()].find(({ step }) => step === 'likeness');
    const marks = { step: shown?.step ?? 'idle', likenessId: null, consentId: null, delayFrames: 0 } as const;
    const facts = { ...marks, corner: 'top-right', cameraMetadata: null } as const;
    output.put(frame, this.#kind(), facts, [], 0, durationUs(0), encodeSpareUs);
    const costUs = this.#drawnUs + since(clock.nowUs(), now);
    this.#drawnUs = 0;
    this.#copyUs += (costUs - this.#copyUs) * (this.#copyUs === 0 ? 1 : costFollows01);
  }
}
