/** V8, by which Node runs programs. */

/**
 * For a command that ends before the code of V8's last compiler has paid for the processor time that it took; where V8 has Maglev, whose
 * code takes a tenth of that. Not before what it needs of Node is loaded: Node's own code comes compiled for V8's usual flags, as those of
 * the command line would be others too.
 */
export function compileQuickly(): void {
  const { v8_enable_maglev: hasMaglev } = process.config.variables as { v8_enable_maglev?: number };
  if (hasMaglev === 1) process.getBuiltinModule('node:v8').setFlagsFromString('--no-opt');
}
