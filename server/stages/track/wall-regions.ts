type Point01 = readonly [number, number];
type Box = readonly [number, number, number, number];

/**
 * Parts of the picture in which the LED wall shows faces: what appears wholly inside is a picture of a face and is never tracked. A
 * performer who was found outside keeps the likeness in front of the wall, since a track that goes on is no new face.
 */
export class WallRegions {
  #polygons: readonly (readonly Point01[])[] = [];
  #widthPx = 1;
  #heightPx = 1;

  /** Corners 0…1 of the picture, in order round each region. */
  set(polygons: readonly (readonly Point01[])[]): void {
    this.#polygons = polygons;
  }
  /** The picture that boxes are in. */
  size(widthPx: number, heightPx: number): void {
    this.#widthPx = widthPx;
    this.#heightPx = heightPx;
  }
  /** All four corners of the box, picture pixels, lie in one region. */
  shows([x0, y0, x1, y1]: Box): boolean {
    return this.#polygons.some(
      (polygon) =>
        this.#inside(polygon, x0, y0) &&
        this.#inside(polygon, x1, y0) &&
        this.#inside(polygon, x0, y1) &&
        this.#inside(polygon, x1, y1),
    );
  }

  /** Crossings of a ray to the left. */
  #inside(polygon: readonly Point01[], xPx: number, yPx: number): boolean {
    const x = xPx / this.#widthPx,
      y = yPx / this.#heightPx;
    let inside = false;
    polygon.forEach(([ax, ay], i) => {
      const [bx, by] = polygon[(i + 1) % polygon.length]!;
      if (ay > y !== by > y && x > ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    });
    return inside;
  }
}
