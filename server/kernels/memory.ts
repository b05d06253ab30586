import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelsRoot } from '../paths.js';

/**
 * The one linear memory that all pixel kernels of a process share, so that no picture is copied between kernels.
 * Its size is fixed when it is made: cached views stay valid for ever. Untouched pages cost nothing.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly byteLength: number;
  // The first page is never given out, so that a zero pointer is always a mistake.
  #next = 65536;

  constructor(megabytes = 256) {
    const pages = megabytes * 16;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const buffer = this.memory.buffer;
    this.byteLength = buffer.byteLength;
    this.u8 = new Uint8Array(buffer);
    this.i16 = new Int16Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
  }

  /** Reserves bytes for the life of this memory; aligned to 64 by default. Returns a byte offset. */
  allocate(bytes: number, align = 64): number {
    const at = Math.ceil(this.#next / align) * align;
    // 64 spare bytes behind every block let a kernel's last vector load run past the end of the data.
    const end = at + bytes + 64;
    if (end > this.byteLength) {
      throw new RangeError(`Kernel memory is full: ${bytes} bytes wanted, ${this.byteLength - at} left`);
    }
    this.#next = end;
    return at;
  }

  /** Everything reserved after `mark` is given back (tests, a change of picture size). */
  mark(): number {
    return this.#next;
  }
  rewind(mark: number): void {
    this.#next = mark;
  }
}

/**
 * Loads build/kernels/<name>.wasm over a shared memory. `Exports` is the kernel's TypeScript signature, kept beside its
 * AssemblyScript in server/kernels/<name>.ts. The debug build has assertions on and is used by tests only.
 */
export function loadKernel<Exports extends object>(
  name: string,
  memory: KernelMemory,
  build: 'release' | 'debug' = 'release',
): Exports {
  const file = join(kernelsRoot, build === 'debug' ? `${name}.debug.wasm` : `${name}.wasm`);
  const module = new WebAssembly.Module(readFileSync(file));
  const instance = new WebAssembly.Instance(module, {
    env: {
      memory: memory.memory,
      abort: (_message: number, _file: number, line: number, column: number) => {
        throw new Error(`Kernel ${name} failed an assertion at ${line}:${column}`);
      },
    },
  });
  return instance.exports as unknown as Exports;
}
