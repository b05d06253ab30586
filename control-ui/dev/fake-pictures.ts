import type { WebSocket } from 'ws';
import { encodeMesh, encodePreview, type PreviewSide } from '../../server/protocol/binary.js';
import type { ParamValue } from '../../server/protocol/descriptors.js';
import type { Role } from '../../server/protocol/messages.js';
import { FakePainter, fakeFacePoints, poseAt } from './fake-scene.js';
import { ladderStep } from './fake-status.js';

export interface FakeClient {
  readonly socket: WebSocket;
  /** "page 3". */
  readonly clientId: string;
  readonly role: Role;
  name: string;
  place: string;
  want: readonly { readonly laneId: string; readonly which: PreviewSide }[];
  meshLanes: readonly string[];
  /** Previews sent and not yet reported as drawn. */
  readonly onTheWay: Map<string, number>;
}

/** Drawings and face meshes to whoever asks for them, two on the way to each client at most. */
export class FakePictures {
  private readonly painter = new FakePainter(640, 360);

  constructor(
    private readonly laneIds: readonly string[],
    private readonly values: ReadonlyMap<string, ParamValue>,
  ) {}

  async send(laneId: string, seconds: number, frameNumber: number, clients: readonly FakeClient[]): Promise<void> {
    const pose = poseAt(seconds + this.laneIds.indexOf(laneId) * 2);
    const mix01 = Number(this.values.get(`/understudy/lane/${laneId}/likeness/mix01`));
    const captureAtUs = seconds * 1e6;
    for (const which of ['input', 'output'] as const) {
      const key = `${which} ${laneId}`;
      const ready = clients.filter(
        ({ want, onTheWay }) =>
          (onTheWay.get(key) ?? 0) < 2 && want.some((wish) => wish.laneId === laneId && wish.which === which),
      );
      if (ready.length === 0) continue;
      const jpeg = await this.painter.jpeg(
        pose,
        which === 'input' ? 'camera' : ladderStep(laneId, seconds, this.values),
        frameNumber,
        mix01,
      );
      const bytes = encodePreview({ laneId, which, frameNumber, captureAtUs, jpeg });
      for (const client of ready) {
        client.onTheWay.set(key, (client.onTheWay.get(key) ?? 0) + 1);
        client.socket.send(bytes);
      }
    }
    const confidence01 = 0.62 + 0.36 * Math.sin(seconds * 0.4);
    const mesh = encodeMesh({
      laneId,
      faceId: 0,
      frameNumber,
      captureAtUs,
      confidence01,
      aspect: 16 / 9,
      points: fakeFacePoints(pose),
    });
    for (const client of clients) if (client.meshLanes.includes(laneId)) client.socket.send(mesh);
  }
}
