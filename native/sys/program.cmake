# A program that runs from a memfd with nothing loaded: static and small. init and probe build alone, too.
function(runts_program target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS ON POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE
    -Os -Wall -Wextra -Werror -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-pie
    -ffunction-sections -fdata-sections
  )
  target_link_options(${target} PRIVATE -static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none)
endfunction()
