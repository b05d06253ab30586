export const meanIdentity = new Float32Array(1024);
