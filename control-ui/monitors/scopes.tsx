import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PreviewSide } from '../../server/protocol/binary.js';
import { useDesk } from '../link/desk-context.js';
import { nowMs } from '../link/page-clock.js';
import {
  falseColour,
  falseColourBands,
  plotPx,
  scopeKinds,
  ScopePlot,
  skinLineDeg,
  vectorTargets,
  type ScopeKind,
} from './scope-maths.js';

const words: Record<ScopeKind, string> = {
  waveform: 'Waveform',
  parade: 'Parade',
  vectorscope: 'Vector',
  'false-colour': 'False colour',
};
/** What is measured of a picture: enough for levels, little for the main thread. */
const sampleWidthPx = 256;
/** A scope is read, not watched: eight times a second. */
const drawEveryMs = 120;

export const scopeKind = signal<ScopeKind>('waveform');

/** Levels and colours of one picture, before (camera) or after (output) the likeness, the label and the monitor's LUT. */
export function Scopes({ laneId, which }: { readonly laneId: string; readonly which: PreviewSide }): JSX.Element {
  const kind = scopeKind.value;
  return (
    <section class="card scopes" aria-label="Scopes">
      <div class="card-head">
        <h2>
          {words[kind]} · {which === 'input' ? 'camera' : 'output'} {laneId}
        </h2>
      </div>
      <div class="segments" role="radiogroup" aria-label="Which scope">
        {scopeKinds.map((each) => (
          <label key={each} class="segment">
            <input
              type="radio"
              name="scope-kind"
              data-testid={`scope-${each}`}
              checked={kind === each}
              onChange={() => (scopeKind.value = each)}
            />
            <span>{words[each]}</span>
          </label>
        ))}
      </div>
      <ScopePicture key={`${kind} ${laneId} ${which}`} kind={kind} laneId={laneId} which={which} />
      <p class="muted small">Of the preview: BT.709 weights, 8 bits. {kind === 'false-colour' ? <BandKey /> : null}</p>
    </section>
  );
}

function ScopePicture({
  kind,
  laneId,
  which,
}: {
  readonly kind: ScopeKind;
  readonly laneId: string;
  readonly which: PreviewSide;
}): JSX.Element {
  const desk = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current;
    if (!target) return undefined;
    const painter = new ScopePainter(target, kind);
    let drawnAtMs = -Infinity;
    return desk.pictures.watch(laneId, which, sampleWidthPx, (picture) => {
      const now = nowMs();
      if (now - drawnAtMs < drawEveryMs) return;
      drawnAtMs = now;
      painter.draw(picture);
    });
  }, [kind, laneId, which]);
  return (
    <div class={`scope scope-${kind}`}>
      <canvas
        ref={canvas}
        data-testid="scope-picture"
        role="img"
        aria-label={`${words[kind]} of the ${which === 'input' ? 'camera' : 'output'} picture of ${laneId}`}
      />
      {kind === 'vectorscope' && <VectorGraticule />}
      {(kind === 'waveform' || kind === 'parade') && <LevelGraticule />}
    </div>
  );
}

/** Samples a picture and draws its scope; everything is allocated once. */
class ScopePainter {
  private readonly sample = document.createElement('canvas');
  private readonly samplePen = this.sample.getContext('2d', { alpha: false, willReadFrequently: true });
  private readonly plot = new ScopePlot();
  private readonly pen: CanvasRenderingContext2D | null;
  private image: ImageData | null = null;

  constructor(
    private readonly target: HTMLCanvasElement,
    private readonly kind: ScopeKind,
  ) {
    this.pen = target.getContext('2d', { alpha: false });
  }

  draw(picture: ImageBitmap): void {
    const { sample, samplePen, pen, kind, target } = this;
    if (!samplePen || !pen) return;
    const widthPx = sampleWidthPx;
    const heightPx = Math.max(1, Math.round((picture.height * widthPx) / picture.width));
    if (sample.width !== widthPx) sample.width = widthPx;
    if (sample.height !== heightPx) sample.height = heightPx;
    samplePen.drawImage(picture, 0, 0, widthPx, heightPx);
    const source = samplePen.getImageData(0, 0, widthPx, heightPx).data;
    const [plotWidthPx, plotHeightPx] = kind === 'false-colour' ? [widthPx, heightPx] : [plotPx, plotPx];
    if (this.image?.width !== plotWidthPx || this.image.height !== plotHeightPx) {
      this.image = new ImageData(plotWidthPx, plotHeightPx);
      target.width = plotWidthPx;
      target.height = plotHeightPx;
    }
    if (kind === 'false-colour') falseColour(source, this.image.data);
    else {
      this.plot.count(kind, source, widthPx);
      this.plot.paint(kind, kind === 'vectorscope' ? 8 : 26, this.image.data);
    }
    pen.putImageData(this.image, 0, 0);
    target.dataset['drawn'] = String(Number(target.dataset['drawn'] ?? 0) + 1);
  }
}

function LevelGraticule(): JSX.Element {
  return (
    <div class="level-graticule" aria-hidden="true">
      {[100, 75, 50, 25, 0].map((percent) => (
        <span key={percent} style={{ top: `${100 - percent}%` }}>
          <b>{percent} %</b>
        </span>
      ))}
    </div>
  );
}

function VectorGraticule(): JSX.Element {
  const skinRad = (skinLineDeg * Math.PI) / 180;
  return (
    <svg class="vector-graticule" viewBox="0 0 100 100" aria-hidden="true">
      <circle cx="50" cy="50" r="49" />
      <path d="M50 1V99M1 50H99" />
      <path class="skin-line" d={`M50 50L${50 + 46 * Math.cos(skinRad)} ${50 - 46 * Math.sin(skinRad)}`} />
      {vectorTargets.map(({ name, at01: [x, y] }) => (
        <g key={name}>
          <rect x={x * 100 - 2.5} y={y * 100 - 2.5} width="5" height="5" />
          <text x={x * 100 + 4} y={y * 100 + 2}>
            {name}
          </text>
        </g>
      ))}
      <text x={50 + 47 * Math.cos(skinRad) - 4} y={50 - 47 * Math.sin(skinRad) - 1}>
        skin
      </text>
    </svg>
  );
}

function BandKey(): JSX.Element {
  return (
    <span class="band-key">
      {falseColourBands
        .filter(({ name }) => name !== '')
        .map(({ name, rgb }) => (
          <span key={name}>
            <i class="key" style={{ background: `rgb(${rgb.join(' ')})` }} /> {name}
          </span>
        ))}
    </span>
  );
}
