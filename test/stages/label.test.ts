import { describe, expect, it } from 'vitest';
import { asComposited, type PictureKind } from '../../server/frame/frames.js';
import { MemoryNdi } from '../../server/ndi/memory.js';
import type { Corner, LabelFacts } from '../../server/stages/label/contract.js';
import { joinMetadata, markOf } from '../../server/stages/label/mark.js';
import { LabelStage } from '../../server/stages/label/stage.js';
import { SimulatedClock } from '../../server/time/clock.js';

const ndi = new MemoryNdi({ clock: new SimulatedClock(1) });
const [widthPx, heightPx] = [640, 360];
const facts: LabelFacts = {
  step: 'likeness',
  likenessId: 'sasha',
  consentId: 'synthetic-sasha',
  delayFrames: 0,
  corner: 'auto',
};
const nowhere = { x0: 0, y0: 0, x1: 0, y1: 0 };

const picture = (kind: PictureKind = 'likeness') => {
  const video = ndi.createVideoFrame({ widthPx, heightPx, format: 'UYVY', frameRateNum: 25, frameRateDen: 1 });
  video.pixels.fill(200);
  return asComposited(
    {
      frameNumber: 1,
      captureAtUs: new SimulatedClock(1).nowUs(),
      video,
      pixels: video.pixels,
      shape: video,
      matrix: 'bt709',
    },
    kind,
  );
};
/** Labels a picture with a face where given, and says in which corner the plate lies. */
function cornerWith(stage: LabelStage, face = nowhere, corner: Corner | 'auto' = 'auto'): Corner {
  stage.label(picture(), { ...facts, corner }, [face], face === nowhere ? 0 : 1);
  const { x0, y0 } = stage.plate;
  return `${y0 < heightPx / 2 ? 'top' : 'bottom'}-${x0 + (stage.plate.x1 - x0) / 2 > widthPx / 2 ? 'right' : 'left'}`;
}
const faceAtTopRight = { x0: 500, y0: 10, x1: 600, y1: 120 };

describe('the visible mark', () => {
  it('is drawn into every likeness picture and into no other, whatever the facts say', () => {
    const stage = new LabelStage();
    for (const kind of ['likeness', 'plain', 'bypass', 'matte', 'slate'] as const) {
      const frame = picture(kind);
      stage.label(frame, facts, [], 0);
      expect(frame.video.pixels.some((code) => code !== 200)).toBe(kind === 'likeness');
    }
  });

  it('leaves the picture alone outside its plate', () => {
    const stage = new LabelStage();
    const frame = picture();
    stage.label(frame, facts, [], 0);
    const { x0, y0, x1, y1 } = stage.plate;
    const { pixels, strideBytes } = frame.video;
    let changed = 0;
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx * 2; x++) {
        if ((y < y0 || y >= y1 || x < x0 * 2 || x >= x1 * 2) && pixels[y * strideBytes + x] !== 200) changed++;
      }
    }
    expect(changed).toBe(0);
    expect(y1 - y0).toBeGreaterThanOrEqual(heightPx * 0.05);
  });

  it('stands top right, gives way to a face at once, and goes home only after two calm seconds', () => {
    const stage = new LabelStage();
    expect(cornerWith(stage)).toBe('top-right');
    expect(cornerWith(stage, faceAtTopRight)).toBe('top-left');
    const corners = Array.from({ length: 60 }, () => cornerWith(stage));
    expect(corners.slice(0, 49)).toEqual(Array.from({ length: 49 }, () => 'top-left'));
    expect(corners.at(-1)).toBe('top-right');
  });

  it('does not flicker where a face stands on the edge and is seen every other picture', () => {
    const stage = new LabelStage();
    const corners = Array.from({ length: 200 }, (_, n) => cornerWith(stage, n % 2 === 0 ? faceAtTopRight : nowhere));
    expect(corners.filter((corner, n) => n > 0 && corner !== corners[n - 1])).toEqual([]);
  });

  it('stays at home where every corner is covered', () => {
    const stage = new LabelStage();
    const everywhere = { x0: 0, y0: 0, x1: widthPx, y1: heightPx };
    expect(Array.from({ length: 5 }, () => cornerWith(stage, everywhere))).toEqual(
      Array.from({ length: 5 }, () => 'top-right'),
    );
  });

  it.each(['top-left', 'bottom-left', 'bottom-right'] as const)(
    'stands in the corner that was asked for, from the next picture on: %s',
    (corner) => {
      const stage = new LabelStage();
      expect(cornerWith(stage)).toBe('top-right');
      expect(cornerWith(stage, nowhere, corner)).toBe(corner);
      expect(cornerWith(stage)).toBe('top-right');
    },
  );

  it('does not go to the corner that was asked for while a face is there', () => {
    const stage = new LabelStage();
    const faceAtTopLeft = { x0: 10, y0: 10, x1: 200, y1: 120 };
    expect(cornerWith(stage, faceAtTopLeft, 'top-left')).toBe('top-right');
    expect(cornerWith(stage, nowhere, 'top-left')).toBe('top-right');
  });
});

/** Tags opened and closed in pairs, one root, attributes quoted: enough of XML to catch a metadata frame that is not. */
function rootsOf(xml: string): string[] {
  const open: string[] = [];
  const roots: string[] = [];
  let text = xml;
  for (const [tag, close, name, attributes, self] of xml.matchAll(
    /<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    text = text.replace(tag, '');
    if (close === '/') expect(open.pop()).toBe(name);
    else {
      if (open.length === 0) roots.push(name!);
      if (self !== '/') open.push(name!);
    }
    expect(attributes!.match(/&(?!(amp|lt|gt|quot|apos|#\d+);)/)).toBeNull();
  }
  expect(open).toEqual([]);
  expect(text).not.toMatch(/[<>]/);
  return roots;
}

describe('the metadata mark', () => {
  it('says likeness, AI, step, likeness and consent; every other kind says what it is and never AI', () => {
    expect(markOf('likeness', facts)).toBe(
      '<understudy version="1" kind="likeness" ai="modified" label="AI MODIFIED · AI 合成" step="likeness" likeness="sasha" consent="synthetic-sasha" delay_frames="0"/>',
    );
    for (const kind of ['plain', 'bypass', 'matte', 'slate'] as const) {
      expect(markOf(kind, facts)).toContain(`kind="${kind}"`);
      expect(markOf(kind, facts)).not.toMatch(/AI|\bai=/);
    }
  });

  it('stays well-formed whatever a likeness is called', () => {
    const mark = markOf('likeness', { ...facts, likenessId: `a"b'<c>&d`, consentId: '"/><x' });
    expect(rootsOf(mark)).toEqual(['understudy']);
  });

  it.each([
    ['none', null, ['understudy']],
    ['blank', '  \n', ['understudy']],
    ['one element', '<camera lens="35"/>', ['ndi_metadata_group']],
    ['two elements', '<a/><b>x</b>', ['ndi_metadata_group']],
    ['a group already', '<ndi_metadata_group><a/><b/></ndi_metadata_group>', ['ndi_metadata_group']],
    [
      'a group with attributes and blanks',
      ' <ndi_metadata_group x="1"><a/></ndi_metadata_group>\n',
      ['ndi_metadata_group'],
    ],
  ])("joins the camera's own (%s) to one root, losing nothing of it", (_name, own, roots) => {
    const joined = joinMetadata(own, markOf('likeness', facts));
    expect(rootsOf(joined)).toEqual(roots);
    for (const element of own?.match(/<[ab]\/>|<camera[^>]*>|<b>x<\/b>/g) ?? []) expect(joined).toContain(element);
    expect(joined.match(/<understudy /g)).toHaveLength(1);
    expect(joined.match(/<ndi_metadata_group/g) ?? []).toHaveLength(roots[0] === 'understudy' ? 0 : 1);
  });
});
