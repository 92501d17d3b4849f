// The foreground terminal: raw mode, and bytes both ways between stdio and the master of a container's
// terminal.
#pragma once

namespace runts::core {

// Until the master hangs up; the terminal on `input` is raw meanwhile. 0, or -errno.
int relay_terminal(int input, int output, int master);

// Gives the caller's terminal back as it was before relay_terminal; for an end in between.
void restore_terminal();

// Gives the size of the terminal `from` to `to`; 0, or -errno.
int copy_terminal_size(int from, int to);

// Sets the size of a terminal, in characters; its foreground processes get SIGWINCH. 0, or -errno.
int set_terminal_size(int terminal, int width, int height);

}  // namespace runts::core
