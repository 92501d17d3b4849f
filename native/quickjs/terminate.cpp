// What the C++ library calls where nothing can go on. Its own handler says which exception it was, for which it links 50 KB that
// read mangled names. There are no exceptions here.
#include <cstdlib>

namespace __gnu_cxx {

void __verbose_terminate_handler() { abort(); }

}  // namespace __gnu_cxx
