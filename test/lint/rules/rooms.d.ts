/** See rooms.js. */
export interface Room {
  readonly imports: readonly string[];
  readonly types: readonly string[];
}
export const rooms: Readonly<Record<string, Room>>;
export const doors: Readonly<Record<string, readonly string[]>>;
