# runts_start(TARGET): a static program that needs the whole C library, and starts by glibc_x86_64.cpp where that fits the
# processor and the library (check.cpp is linked with it and run); elsewhere it starts as the library has it.
set(RUNTS_START_DIR "${CMAKE_CURRENT_LIST_DIR}")
# The stack protector's value is not there yet while the start runs.
set(RUNTS_START_FLAGS -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64)$" AND NOT DEFINED RUNTS_OWN_START)
  set(check SOURCES "${RUNTS_START_DIR}/check.cpp" "${RUNTS_START_DIR}/glibc_x86_64.cpp"
    COMPILE_DEFINITIONS -O2 ${RUNTS_START_FLAGS} LINK_OPTIONS -static -no-pie CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
  if(CMAKE_CROSSCOMPILING)
    try_compile(RUNTS_OWN_START ${check})
  else()
    try_run(status RUNTS_OWN_START ${check})
    if(RUNTS_OWN_START AND NOT status EQUAL 0)
      set(RUNTS_OWN_START FALSE CACHE INTERNAL "")
    endif()
  endif()
  message(STATUS "runts: the standalone executable starts by its own code: ${RUNTS_OWN_START}")
endif()

function(runts_start target)
  if(RUNTS_OWN_START)
    if(NOT TARGET runts-start)
      add_library(runts-start OBJECT EXCLUDE_FROM_ALL "${RUNTS_START_DIR}/glibc_x86_64.cpp")
      target_compile_features(runts-start PRIVATE cxx_std_20)
      target_compile_options(runts-start PRIVATE
        -O2 -Wall -Wextra -Werror -fno-exceptions -fno-rtti ${RUNTS_START_FLAGS})
    endif()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:runts-start>)
  endif()
endfunction()
