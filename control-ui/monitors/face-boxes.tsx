import type { JSX } from 'preact';
import type { LaneStatus } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';
import { ladderWords } from './ladder.js';

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)}%`;

/** Who was recognised where, over the camera picture. Drawn by the page: the picture itself is not touched. */
export function FaceBoxes({ lane }: { readonly lane: LaneStatus }): JSX.Element {
  const desk = useDesk();
  const names = new Map(desk.cast.value.map((member) => [member.performerId, member.name]));
  return (
    <div class="face-boxes" aria-hidden="true">
      {lane.faces.map((face) => {
        const [x0, y0, x1, y1] = face.box01;
        const name = face.performerId === null ? 'not in cast' : (names.get(face.performerId) ?? face.performerId);
        const style = { left: percent(x0), top: percent(y0), width: percent(x1 - x0), height: percent(y1 - y0) };
        return (
          <div
            key={face.faceId}
            class={`face-box face-${face.performerId === null ? 'stranger' : face.step}`}
            style={style}
          >
            <span>
              {name} · {face.performerId === null ? 'untouched' : ladderWords[face.step].word}
            </span>
          </div>
        );
      })}
    </div>
  );
}
