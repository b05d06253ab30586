import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { StageCamera, StageDescription, StageWall } from '../../server/protocol/show.js';
import type { Desk } from '../link/desk.js';
import type { HandTool } from './stage-hand.js';
import { wholeStage, withPart, withRegions, type Pick } from './stage-model.js';

const emptyStage: StageDescription = { walls: [], cameras: [] };

/** What is picked on the stage, and a change under way: shown here at once, kept by the server when the hand lets go. */
export class StageState {
  readonly picked = signal<Pick | null>(null);
  readonly tool = signal<HandTool>('move');
  readonly wallContent = signal(true);
  readonly shown: ReadonlySignal<StageDescription>;
  private readonly draft = signal<StageDescription | null>(null);

  constructor(private readonly desk: Desk<ImageBitmap>) {
    const lanes = computed(() => desk.lanes.value.map(({ laneId }) => laneId).join(' '));
    this.shown = computed(
      () =>
        this.draft.value ??
        wholeStage(desk.book.value?.stage ?? emptyStage, lanes.value === '' ? [] : lanes.value.split(' ')),
    );
  }

  readonly aspectOf = (laneId: string): number => {
    const lane = this.desk.lanes.peek().find((each) => each.laneId === laneId);
    return lane && lane.heightPx > 0 ? lane.widthPx / lane.heightPx : 16 / 9;
  };

  drag(pick: Pick, part: Partial<StageWall> & Partial<StageCamera>): void {
    this.draft.value = withPart(this.shown.peek(), pick, part);
  }
  /** Sends what the hand left behind. */
  async keep(): Promise<void> {
    const stage = this.draft.peek();
    if (!stage) return;
    await this.desk.edit({ kind: 'stage-set', stage });
    // Kept or refused: from here on the server's stage is shown. A newer drag is not thrown away.
    if (this.draft.peek() === stage) this.draft.value = null;
  }
  put(stage: StageDescription): void {
    this.draft.value = stage;
    void this.keep();
  }
  change(pick: Pick, part: Partial<StageWall> & Partial<StageCamera>): void {
    this.put(withPart(this.shown.peek(), pick, part));
  }
  /** Where the walls are in the pictures, from the geometry: faces on a wall then stay untouched. */
  measureRegions(): void {
    this.put(withRegions(this.shown.peek(), this.aspectOf));
  }
}

const states = new WeakMap<Desk<ImageBitmap>, StageState>();
/** One for the page: Live and Stage desk show the same pick. */
export function stageStateOf(desk: Desk<ImageBitmap>): StageState {
  const state = states.get(desk) ?? new StageState(desk);
  states.set(desk, state);
  return state;
}
