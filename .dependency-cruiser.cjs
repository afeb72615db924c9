/**
 * The rooms of src/, low to high. A file imports from its own room and from rooms below, type imports included.
 * Run by .ci/run; `npm run lint` runs it, too.
 */
const ROOMS = [
  ['proof', 'text', 'threads', 'version'],
  ['document'],
  ['law'],
  ['auth'],
  ['home'],
  ['database'],
  ['drift'],
  ['log'],
  ['ledger'],
  ['keys'],
  ['readiness'],
  ['fsck'],
  ['passport'],
  ['monitor'],
  ['client'],
  ['console'],
  ['context'],
  ['schema'],
  ['reading'],
  ['resolvers'],
  ['doors'],
  ['config'],
  ['boot'],
  ['cli'],
  ['main'],
];

/** A room is a folder of src/ or a single file there. */
const places = (rooms) => `^src/(${rooms.join('|')})(/|\\.ts$)`;

const upwards = ROOMS.slice(0, -1).map((rooms, level) => ({
  name: `nothing-above-${rooms[0]}`,
  comment: `${rooms.join(', ')} may import rooms below only. Move the file, or hand the value in from above.`,
  severity: 'error',
  from: { path: places(rooms) },
  to: { path: places(ROOMS.slice(level + 1).flat()) },
}));

module.exports = {
  forbidden: [
    ...upwards,
    {
      name: 'room-unknown',
      comment: 'A new folder of src/ gets its place in the list of rooms above.',
      severity: 'error',
      from: { path: '^src/', pathNot: places(ROOMS.flat()) },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'Types of the GraphQL schema refer to each other; nothing else does.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/schema/' },
      to: { circular: true },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // Its parser reads no JSX. The console's pages import nothing of the server, since they are built for browsers.
    exclude: { path: 'src/(client|console)/generated|\\.tsx$' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
