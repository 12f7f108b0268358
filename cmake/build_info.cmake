# Writes OUT (build_info.h): what `ssl version` prints and every run records about the binary. It runs at every
# build, since the commit can change while no source does, and writes OUT only if its text differs. Without git, or
# outside a clone, the commit is "unknown"; if git cannot compare the sources with it, it ends in "-unverified".
# Input: OUT SOURCE VERSION COMPILER CFLAGS.
find_program(GIT git)
set(commit "unknown")
if(GIT AND EXISTS "${SOURCE}/.git")
  execute_process(COMMAND ${GIT} rev-parse HEAD WORKING_DIRECTORY "${SOURCE}"
    OUTPUT_VARIABLE head RESULT_VARIABLE bad OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT bad AND head MATCHES "^[0-9a-f]+$")
    set(commit "${head}")
    execute_process(COMMAND ${GIT} --no-optional-locks -c core.fsmonitor=false status --porcelain --untracked-files=no
      WORKING_DIRECTORY "${SOURCE}" OUTPUT_VARIABLE changes RESULT_VARIABLE bad ERROR_QUIET)
    if(bad)
      string(APPEND commit "-unverified")
    elseif(changes)
      string(APPEND commit "-dirty")
    endif()
  endif()
endif()

foreach(name VERSION COMPILER CFLAGS)
  string(REPLACE "\\" "\\\\" ${name} "${${name}}")
  string(REPLACE "\"" "\\\"" ${name} "${${name}}")
endforeach()
set(text "/* made by cmake/build_info.cmake */
#ifndef SSL_BUILD_INFO_H
#define SSL_BUILD_INFO_H

#define SSL_VERSION \"${VERSION}\"
#define SSL_COMPILER \"${COMPILER}\"
#define SSL_CFLAGS \"${CFLAGS}\"
#define SSL_COMMIT \"${commit}\"

#endif
")
set(old "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUT}" "${text}")
endif()
