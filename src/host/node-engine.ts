/** V8, by which Node runs programs. */

/**
 * Does without V8's last compiler (Turbofan) where V8 has a quicker one (Maglev): for a command that ends before the slower one's code has
 * paid for itself. To be called once the modules of Node are loaded: those come compiled for V8's usual flags, and are compiled anew under
 * others, also those of the command line.
 */
export function compileQuickly(): void {
  const { v8_enable_maglev: hasMaglev } = process.config.variables as { v8_enable_maglev?: number };
  if (hasMaglev === 1) process.getBuiltinModule('node:v8').setFlagsFromString('--no-opt');
}
