# A program that runs from a memfd with nothing loaded: static and small, on native/libc instead of the C library, whose
# start alone takes longer than all that a container needs. init and probe build alone, too.
set(RUNTS_LIBC_DIR "${CMAKE_CURRENT_LIST_DIR}/../libc")
function(runts_program target)
  target_sources(${target} PRIVATE
    "${RUNTS_LIBC_DIR}/calls.cpp" "${RUNTS_LIBC_DIR}/memory.cpp" "${RUNTS_LIBC_DIR}/start.S")
  # Or memcpy's loop would become a call of memcpy.
  set_source_files_properties("${RUNTS_LIBC_DIR}/memory.cpp" PROPERTIES
    COMPILE_OPTIONS "-O2;-fno-builtin;-fno-tree-loop-distribute-patterns")
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS ON POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:
    -Os -Wall -Wextra -Werror -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-pie
    -fno-stack-protector -U_FORTIFY_SOURCE -ffunction-sections -fdata-sections>)
  target_link_options(${target} PRIVATE -nostdlib -static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none)
endfunction()
