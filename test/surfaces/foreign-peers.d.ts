/** Other people's senders, used as foreign truth. Only what the tests call. */
declare module 'artnet' {
  interface Sender {
    set(universe: number, channel: number, value: number): void;
    close(): void;
  }
  export default function ArtNet(options: { readonly host: string; readonly port: number }): Sender;
}
declare module 'slip' {
  const slip: {
    encode(packet: Uint8Array): Uint8Array;
    Decoder: new (options: { onMessage: (packet: Uint8Array) => void }) => { decode(bytes: Uint8Array): void };
  };
  export default slip;
}
