// Forward–backward check on the grid.
import { sampleGrid } from './_flow-carry';

/**
 * Confidence of the forward flow, cell by cell: match × agreement, with agreement = 1 / (1 + (e / tolerance)²),
 * e² = |f + b(x + f)|² and tolerance² = floor² + 0.01 · (|f|² + |b|²) (Sundaram et al., ECCV 2010, smoothed).
 * Cells whose flow leaves the picture score 0. quality and confidence: f32 per cell; cellPx: full-resolution pixels.
 */
export function crossCheck(forward: usize, backward: usize, quality: usize, confidence: usize, columns: i32, rows: i32, cellPx: f32, floorPx: f32): i32 {
  const toCell: f32 = 1 / cellPx;
  const floorSquared = floorPx * floorPx;
  const maxX = <f32>columns - 0.5;
  const maxY = <f32>rows - 0.5;
  let f = forward;
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const u = load<f32>(f);
      const v = load<f32>(f, 4);
      f += 8;
      const x = <f32>i + u * toCell;
      const y = <f32>j + v * toCell;
      const back = sampleGrid(backward, columns, rows, x, y);
      const bu = f32x4.extract_lane(back, 0);
      const bv = f32x4.extract_lane(back, 1);
      const eu = u + bu;
      const ev = v + bv;
      const tolerance = floorSquared + <f32>0.01 * (u * u + v * v + bu * bu + bv * bv);
      const agreement = tolerance / (tolerance + eu * eu + ev * ev);
      const inside = x >= -0.5 && y >= -0.5 && x <= maxX && y <= maxY;
      const at = <usize>((j * columns + i) << 2);
      store<f32>(confidence + at, inside ? agreement * load<f32>(quality + at) : 0);
    }
  }
  return 0;
}
