# Compiler and linker flags, as the target ssl_flags; SSL_CFLAGS has them as text, to be recorded.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

# wanted(VARIABLE FLAG...): appends the flags that this compiler supports
function(wanted variable)
  foreach(flag ${ARGN})
    string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
    string(REGEX REPLACE "^-Wno-" "-W" positive ${flag}) # gcc accepts any -Wno-x silently
    check_c_compiler_flag(${positive} ${have})
    if(${have})
      list(APPEND ${variable} ${flag})
    endif()
  endforeach()
  set(${variable} ${${variable}} PARENT_SCOPE)
endfunction()

set(warnings
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
  -Wundef -Wvla -Wformat=2 -Wno-format-nonliteral -Wold-style-definition -Wredundant-decls)
# a narrowing conversion needs a cast; a change of sign does not
list(APPEND warnings -Wconversion -Wno-sign-conversion)
wanted(warnings -Wimplicit-fallthrough -Wlogical-op -Wduplicated-cond
  -Wnested-externs -Wdate-time)

# Flags that change numerical results; they are recorded with every run. The program never uses errno or traps of
# floating-point operations.
set(numeric -fno-math-errno -fno-trapping-math)
if(SSL_NATIVE)
  wanted(numeric -march=native)
  if(NOT numeric MATCHES "march")
    wanted(numeric -mcpu=native)
  endif()
endif()

# Hardening without a measurable cost.
set(hard -fno-common -fstack-protector-strong)
wanted(hard -fstack-clash-protection)
if(SSL_FUZZ AND NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "SSL_FUZZ needs clang: cmake --preset fuzz")
endif()
if(SSL_FUZZ)
  set(SSL_SANITIZE ON)
endif()
if(SSL_SANITIZE)
  set(sanitize -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(SSL_FUZZ)
    list(APPEND sanitize -fsanitize=fuzzer-no-link)
  endif()
elseif(SSL_TSAN)
  set(sanitize -fsanitize=thread -fno-omit-frame-pointer)
elseif(SSL_COVERAGE)
  set(sanitize --coverage -fprofile-update=atomic)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  list(APPEND hard -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,--as-needed)
  string(MAKE_C_IDENTIFIER "HAVE_LINK${flag}" have)
  check_linker_flag(C ${flag} ${have})
  if(${have})
    list(APPEND link ${flag})
  endif()
endforeach()

add_library(ssl_flags INTERFACE)
target_include_directories(ssl_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_definitions(ssl_flags INTERFACE _GNU_SOURCE $<$<BOOL:${SSL_DOUBLE}>:SSL_DOUBLE>)
target_compile_options(ssl_flags INTERFACE ${warnings} ${numeric} ${hard} ${sanitize}
  $<$<BOOL:${SSL_WERROR}>:-Werror>)
target_link_options(ssl_flags INTERFACE ${link} ${sanitize})

string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
set(all ${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}} ${numeric} ${hard} ${sanitize})
if(SSL_DOUBLE)
  list(APPEND all -DSSL_DOUBLE)
endif()
list(JOIN all " " SSL_CFLAGS)
