/** The codec of the npm package "osc", without its transports: those load serialport and a second WebSocket library. */
declare module 'osc/src/osc.js' {
  export interface OscArgument {
    readonly type: string;
    readonly value?: unknown;
  }
  export interface OscRawMessage {
    readonly address: string;
    readonly args: readonly OscArgument[];
  }
  export interface OscRawBundle {
    readonly timeTag: { readonly raw: readonly [number, number] };
    readonly packets: readonly (OscRawMessage | OscRawBundle)[];
  }
  const osc: {
    readPacket(data: Uint8Array, options: { metadata: true; unpackSingleArgs: false }): OscRawMessage | OscRawBundle;
    writeMessage(message: OscRawMessage, options: { metadata: true }): Uint8Array;
  };
  export default osc;
}
