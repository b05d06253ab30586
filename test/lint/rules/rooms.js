/**
 * The rooms of the house and which way imports may run between them (docs/decisions/import-directions.md).
 * A room is a path prefix; the longest one that fits a file is its room. `imports` may be imported in any way, `types`
 * only with `import type`. A room may always import itself. Tests may import every room but the page's entry points.
 */
const vocabulary = ['server/time', 'server/errors', 'server/frame', 'server/paths.ts', 'server/version.ts'];
const ports = ['server/ndi/port.ts', 'server/onnx/port.ts', 'server/likeness/port.ts'];

/** What every stage may use: no other stage, nothing of the control side, foreign libraries only by their port. */
const stage = {
  imports: [...vocabulary, 'server/kernels', 'server/params'],
  types: [...ports, 'server/protocol', 'server/likeness/neural/spec.ts'],
};
const stageNames = ['receive', 'track', 'keyframe', 'propagate', 'composite', 'label', 'send'];
const stages = stageNames.map((name) => `server/stages/${name}`);
const contracts = stages.map((folder) => `${folder}/contract.ts`);
const declared = stages.map((folder) => `${folder}/params.ts`);
/** Wrappers of the models: what the inference process, the enrolment of photos and set-up share. */
const analysis = 'server/stages/keyframe/analysis';

const surfaces = ['dispatch', 'http', 'ws', 'osc', 'oscquery', 'dmx', 'sacn', 'artnet', 'layouts'].map(
  (name) => `server/surfaces/${name}`,
);
const surfaceUses = ['server/time', 'server/errors', 'server/params', 'server/protocol'];

export const rooms = {
  // -- vocabulary: imports nothing above it
  'server/time': { imports: [], types: [] },
  'server/errors': { imports: [], types: [] },
  'server/paths.ts': { imports: [], types: [] },
  'server/version.ts': { imports: ['server/paths.ts'], types: [] },
  'server/protocol': { imports: [], types: [] },
  'server/ipc': { imports: ['server/errors'], types: [] },
  'server/frame': { imports: ['server/time'], types: ['server/ndi/port.ts', 'server/protocol'] },
  'server/params': { imports: ['server/errors', 'server/paths.ts', 'server/protocol'], types: ['server/time'] },

  // -- kernels know nothing of frames in flight; their assembly must compile to WASM alone
  'server/kernels': { imports: vocabulary, types: [] },
  // The one memory map that host and assembly share: named offsets, nothing else.
  'server/kernels/flow-layout.ts': { imports: [], types: [] },
  'server/kernels/assembly': { imports: ['server/kernels/flow-layout.ts'], types: [] },

  // -- doors to foreign libraries, and their ports
  'server/ndi/port.ts': { imports: ['server/errors'], types: ['server/time', 'server/frame'] },
  'server/ndi': { imports: [...vocabulary, 'server/ndi/port.ts'], types: [] },
  'server/onnx/port.ts': { imports: [], types: ['models'] },
  'server/onnx/foreign-port.ts': { imports: [], types: ['server/onnx/port.ts'] },
  'server/onnx/initialiser.ts': { imports: ['models', 'server/onnx'], types: [] },
  'server/onnx': {
    imports: [...vocabulary, 'server/onnx/port.ts', 'server/onnx/foreign-port.ts', 'models'],
    types: [],
  },
  'server/likeness/port.ts': { imports: [], types: ['server/frame'] },
  'server/likeness/mesh': { imports: [...vocabulary, 'server/kernels', 'server/likeness/port.ts'], types: [] },
  // Weights that a production brings: what the inference process makes patches with.
  'server/likeness/neural': {
    imports: [...vocabulary, 'server/onnx/foreign-port.ts', analysis],
    types: ['server/onnx/port.ts'],
  },
  // What lane and inference tell each other of an engine: plain data.
  'server/likeness/neural/spec.ts': { imports: [], types: ['server/likeness/neural'] },
  'server/likeness/swap': {
    imports: [...vocabulary, 'server/likeness/neural', 'server/onnx/foreign-port.ts', 'server/onnx/initialiser.ts'],
    types: ['server/likeness/neural/spec.ts'],
  },
  'server/likeness/dfm': {
    imports: [...vocabulary, 'server/likeness/neural', 'server/onnx/foreign-port.ts'],
    types: ['server/likeness/neural/spec.ts'],
  },
  'server/likeness/load-engine.ts': {
    imports: [
      ...vocabulary,
      'server/likeness/neural',
      'server/likeness/swap',
      'server/likeness/dfm',
      'server/onnx/foreign-port.ts',
    ],
    types: ['server/likeness/neural/spec.ts'],
  },
  // The lane's half: patches that flow carries, drawn through the port.
  'server/likeness/patch': { imports: [...vocabulary, 'server/kernels', 'server/likeness/port.ts'], types: [] },
  'server/likeness/package': {
    imports: [...vocabulary, 'server/likeness/mesh', analysis],
    types: [...ports, 'server/trust'],
  },

  // A process of its own at start: packages and enrolment photos → what a lane loads.
  'server/likeness/prepare.ts': {
    imports: [
      ...vocabulary,
      'server/likeness/prepare-engine.ts',
      'server/likeness/prepared.ts',
      'server/kernels',
      'server/likeness/mesh',
      'server/likeness/package',
      'server/onnx',
      'server/trust',
      analysis,
    ],
    types: ['server/likeness/engine-choice.ts', 'server/likeness/neural/spec.ts', 'server/protocol'],
  },

  // What a show needs prepared, and what of it is there already.
  'server/likeness/prepared.ts': {
    imports: [...vocabulary, 'server/likeness/package', 'server/trust'],
    types: ['server/likeness/engine-choice.ts', 'server/likeness/neural/spec.ts', 'server/protocol'],
  },
  'server/likeness/engine-choice.ts': { imports: [], types: [] },
  'server/likeness/prepare-engine.ts': {
    imports: [...vocabulary, 'server/likeness/neural', 'server/likeness/package', 'server/trust', analysis],
    types: ['server/likeness/engine-choice.ts', 'server/likeness/neural/spec.ts'],
  },

  // Starts that process, for the supervisor and for a lane that is given a new package.
  'server/likeness/run-prepare.ts': { imports: ['server/paths.ts'], types: ['server/likeness/prepared.ts'] },

  // -- stages: order belongs to wire.ts, control belongs outside
  ...Object.fromEntries(stages.map((folder) => [folder, stage])),
  'server/stages/keyframe': { imports: [...stage.imports, 'server/ipc', analysis], types: stage.types },
  [analysis]: { imports: [...vocabulary, 'server/kernels'], types: ['server/onnx/port.ts'] },
  ...Object.fromEntries([...contracts, ...declared].map((file) => [file, stage])),

  // Further outputs' pictures: they look at what composite lets them, and know no other stage.
  'server/monitors': {
    imports: [...vocabulary, 'server/kernels', 'server/params'],
    types: [...ports, 'server/stages/composite/contract.ts'],
  },
  'server/monitors/params.ts': { imports: ['server/params'], types: [] },
  'server/monitors/multiview-params.ts': { imports: ['server/params'], types: [] },

  // -- the show runs headless: pipeline knows no surface, no control. Stages' contracts and parameters for all of it,
  //    stages themselves for wire.ts only
  'server/pipeline': {
    imports: [
      ...vocabulary,
      ...ports,
      ...contracts,
      ...declared,
      analysis,
      'server/ipc',
      'server/kernels',
      'server/protocol',
      'server/params',
      'server/monitors',
      'server/monitors/params.ts',
      'server/monitors/multiview-params.ts',
      'server/likeness/mesh',
      'server/likeness/neural',
      'server/likeness/neural/spec.ts',
      'server/likeness/patch',
      'server/likeness/load-engine.ts',
      'server/likeness/run-prepare.ts',
      'server/ndi',
      'server/onnx',
    ],
    types: [
      ...stages,
      'server/likeness/prepared.ts',
      'server/likeness/engine-choice.ts',
      'server/likeness/neural',
      'server/likeness/neural/spec.ts',
    ],
  },
  'server/pipeline/wire.ts': {
    imports: [
      ...vocabulary,
      ...ports,
      ...stages,
      ...contracts,
      'server/pipeline',
      'server/pipeline/lane-options.ts',
      'server/pipeline/wire-monitors.ts',
      'server/ipc',
      'server/kernels',
      'server/likeness/mesh',
    ],
    types: [],
  },
  // The same for what a lane sends besides.
  'server/pipeline/wire-monitors.ts': {
    imports: [...vocabulary, ...ports, ...stages, 'server/pipeline', 'server/kernels', 'server/monitors'],
    types: ['server/pipeline/lane-options.ts'],
  },
  // The one output of a multiview process.
  'server/pipeline/wire-multiview.ts': {
    imports: [...vocabulary, ...ports, ...stages, 'server/pipeline', 'server/kernels', 'server/monitors'],
    types: ['server/pipeline/multiview-options.ts'],
  },
  // The slate's letters are drawn by the one file that has the fonts.
  'server/pipeline/slate.ts': {
    imports: [...vocabulary, ...ports, 'server/stages/label'],
    types: ['server/stages/receive/contract.ts', 'server/pipeline'],
  },
  'server/pipeline/lane-options.ts': {
    imports: [],
    types: [
      'server/protocol',
      'server/likeness/prepared.ts',
      'server/likeness/engine-choice.ts',
      'server/likeness/neural/spec.ts',
    ],
  },
  'server/pipeline/multiview-options.ts': { imports: [], types: ['server/protocol'] },
  'server/pipeline/inference-options.ts': { imports: [], types: ['server/onnx/port.ts'] },

  // -- what an operator sees and sends
  'server/declarations.ts': {
    imports: [
      'server/params',
      'server/show',
      'server/monitors/params.ts',
      'server/monitors/multiview-params.ts',
      'server/surfaces/ws',
      'server/surfaces/oscquery',
      'server/surfaces/dmx',
      ...declared,
    ],
    types: [],
  },
  'server/params/generated.ts': {
    imports: [...vocabulary, 'server/params', 'server/declarations.ts', 'server/protocol'],
    types: [],
  },
  'server/params/generate.ts': { imports: [...vocabulary, 'server/params', 'server/params/generated.ts'], types: [] },
  // Every surface ends in dispatch; who may connect is the HTTP surface's to say.
  ...Object.fromEntries(
    surfaces.map((folder) => [
      folder,
      { imports: [...surfaceUses, 'server/surfaces/dispatch', 'server/surfaces/http'], types: [] },
    ]),
  ),
  'server/surfaces/dispatch': { imports: surfaceUses, types: [] },
  // Its binary frames are OSC packets, and say what OSC says.
  'server/surfaces/oscquery': {
    imports: [...surfaceUses, 'server/surfaces/dispatch', 'server/surfaces/http', 'server/surfaces/osc'],
    types: [],
  },
  // Two wires, one meaning: sACN and Art-Net both fill universes that are mapped to parameters.
  'server/surfaces/sacn': { imports: [...surfaceUses, 'server/surfaces/dmx'], types: [] },
  'server/surfaces/artnet': { imports: [...surfaceUses, 'server/surfaces/dmx'], types: [] },
  // Panels for other people's programs, written from the registry.
  'server/surfaces/layouts': { imports: surfaceUses, types: [] },
  'server/surfaces/http': { imports: [...surfaceUses, 'server/surfaces/dispatch'], types: [] },
  'server/show': {
    imports: [
      ...vocabulary,
      'server/protocol',
      'server/params',
      'server/likeness/engine-choice.ts',
      'server/monitors/params.ts',
    ],
    types: [],
  },
  'server/trust': { imports: [...vocabulary, 'server/show', 'server/protocol'], types: ['server/likeness/package'] },
  'server/control': {
    imports: [
      'server/likeness/neural',
      ...vocabulary,
      ...surfaces,
      'server/ipc',
      'server/protocol',
      'server/params',
      'server/declarations.ts',
      'server/show',
      'server/trust',
      'server/likeness/package',
    ],
    types: ['server/pipeline/lane-options.ts', 'server/likeness/engine-choice.ts'],
  },

  // -- a camera without a stage: no part of the product's path
  'server/stage-sim': {
    imports: [
      ...vocabulary,
      'server/kernels',
      'server/likeness/mesh',
      'server/likeness/package',
      'server/onnx',
      'server/ndi',
      ...ports,
      analysis,
      'server/protocol',
    ],
    types: ['server/trust'],
  },

  // -- the top: starts processes, reads the command line
  'server/supervisor': {
    imports: [
      ...vocabulary,
      ...ports,
      'server/ipc',
      'server/protocol',
      'server/show',
      'server/trust',
      'server/ndi',
      'server/params',
      'server/declarations.ts',
      'server/likeness/package',
      'server/likeness/neural',
      'server/likeness/run-prepare.ts',
      'server/likeness/prepared.ts',
      'server/pipeline/lane-options.ts',
      'server/pipeline/inference-options.ts',
      'server/onnx/port.ts',
    ],
    types: ['server/pipeline/multiview-options.ts', 'server/control', 'server/likeness/engine-choice.ts'],
  },
  'server/cli': {
    imports: [
      ...vocabulary,
      ...ports,
      'server/ipc',
      'server/kernels',
      'server/protocol',
      'server/params',
      'server/declarations.ts',
      'server/show',
      'server/trust',
      'server/ndi',
      'server/onnx',
      'server/likeness/neural',
      'server/onnx/initialiser.ts',
      'server/likeness/package',
      'server/likeness/run-prepare.ts',
      'server/likeness/mesh',
      'server/stage-sim',
      'server/supervisor',
      'server/control',
      'server/surfaces/layouts',
      'server/stages/label',
      analysis,
      'models',
      'calibration',
    ],
    types: ['server/pipeline/lane-options.ts', 'server/pipeline/inference-options.ts', 'server/likeness/prepared.ts'],
  },
  'server/main.ts': { imports: ['server/cli', 'server/supervisor', 'server/errors', 'server/paths.ts'], types: [] },

  // -- other rooms
  models: { imports: ['server/errors', 'server/paths.ts'], types: [] },
  calibration: { imports: ['server/errors', 'server/paths.ts'], types: ['server/time', 'server/frame'] },
  'control-ui': { imports: ['server/protocol'], types: [] },
};

/**
 * One door per foreign library: package → the files (path prefixes) that may import it. Packages that are not listed are free.
 * Tests speak to the product from outside, through their own copies of NDI, OSC and WebSocket.
 */
export const doors = {
  koffi: ['server/ndi/', 'test/e2e/support/ndi-peer/', 'test/bench/', 'test/ndi/'],
  'grandiose-mac': [],
  'onnxruntime-node': ['server/onnx/', 'test/onnx/', 'test/models/', 'test/bench/'],
  '@julusian/jpeg-turbo': [
    'server/pipeline/previews.ts',
    'server/pipeline/multiview-pictures.ts',
    'server/stage-sim/play/',
    'test/',
  ],
  '@napi-rs/canvas': [
    'server/stages/label/glyphs.ts',
    'server/likeness/package/photo-faces.ts',
    'server/stage-sim/',
    'server/cli/',
    'control-ui/dev/',
    'test/',
  ],
  osc: ['server/surfaces/osc/'],
  'node-osc': ['test/'],
  'bonjour-service': ['server/surfaces/oscquery/'],
  sacn: ['test/'],
  artnet: ['test/'],
  oscquery: ['test/'],
  slip: ['test/'],
  ws: ['server/surfaces/ws/', 'server/surfaces/oscquery/', 'control-ui/dev/', 'test/'],
  // control only passes the instance from the HTTP to the WebSocket surface.
  fastify: ['server/surfaces/http/', 'server/control/control-server.ts'],
  '@fastify/static': ['server/surfaces/http/'],
  'prom-client': ['server/surfaces/http/'],
  commander: ['server/cli/', 'server/main.ts', 'test/cli/'],
  three: ['control-ui/', 'test/control-ui/'],
  preact: ['control-ui/', 'test/control-ui/'],
  uplot: ['control-ui/'],
  'playwright-core': ['test/'],
  '@tensorflow/tfjs-core': ['test/'],
  '@tensorflow/tfjs-converter': ['test/'],
  '@tensorflow/tfjs-backend-cpu': ['test/'],
  '@tensorflow/tfjs-backend-wasm': ['test/'],
  // Only its tables were ever wanted; the product has its own models.
  '@vladmandic/face-api': ['test/'],
};
